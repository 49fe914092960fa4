"use strict";
/* Delimited text, read and written in the API's own dialect: see shared/loyalty/domain/delimited.py, which this follows rule
   by rule. A test reads the same files with both.

   A line of blank cells is no row. Between commas and semicolons a cell may be quoted (RFC 4180), and may hold line
   ends only in columns for text of several lines. Cells are trimmed of spaces, never of tabs. Of ="00123", '00123,
   '=1+1 and 'a;'=1, which spreadsheets and we write to keep a text as it is, the text is read. */

const SPACES = " \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000";
const OUTER_SPACES = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, "g");
const BLANK_ASCII = /^[\t\n\v\f\r\x1c-\x1f ]*$/;
const UNSEEN =
  "\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u2065\\u2800\\u3164\\ufe00-\\ufe0f\\uffa0\\ufff0-\\ufff8\\ufffd-\\uffff";
const BLANK = new RegExp(`^[\\s\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}${UNSEEN}\\u{e0000}-\\u{e0fff}]*$`, "u");
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;
const ASCII = /^[\x00-\x7f]*$/;
const NUMBER = "\\+?[0-9][0-9 .,/()+-]*$";
/* The wide signs are run where such are typed. */
const FORMULA = "[ \"]*[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20]";
const PROTECTED = new RegExp(`^'+(?:${FORMULA}|[\\t\\r]|${NUMBER})`);
const NEEDS_PROTECTION = new RegExp(`^(?:'*(?:${FORMULA}|[\\t\\r])|'+${NUMBER})`);
const INNER = new RegExp(`([,;|\\t\\r\\n])(?='*${FORMULA})`, "g");
const INNER_PROTECTED = new RegExp(`([,;|\\t\\r\\n])'(?='*${FORMULA})`, "g");
const WRAPPED = /^="([^"]*)"$/;
const LINE_END = /\r\n?|\n|$/g;
const OPENING = / *"/y;
const LONGEST_LINE = 65_536;
const LEAST_SWALLOWED = 3;

const isQuoting = (delimiter) => delimiter === "," || delimiter === ";";

const NOT_UTF_8 = "The file is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”.";

/* How files begin that hold no rows of text, and what is said of them. */
const FORMATS = [
  [[0x50, 0x4b, 3, 4], "The file is a ZIP archive or an Excel workbook. In a spreadsheet, save it as “CSV UTF-8”."],
  [[0x1f, 0x8b], "The file is compressed with gzip. Choose it uncompressed."],
  [[0xff, 0xfe], NOT_UTF_8],
  [[0xfe, 0xff], NOT_UTF_8],
];

/**
 * The text of a file's first bytes, or of all, without a byte order mark; throws an Error where it is none. A character
 * that the last byte cuts in two is left out.
 */
async function readText(file, most = file.size) {
  const bytes = new Uint8Array(await file.slice(0, most).arrayBuffer());
  const other = FORMATS.find(([begins]) => begins.every((byte, at) => bytes[at] === byte));
  if (other) throw new Error(other[1]);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: most < file.size });
  } catch {
    throw new Error(NOT_UTF_8);
  }
}

/**
 * Every row that is not blank: its cells, its first line's number, its number in a spreadsheet (`row`), the place of its
 * text, and the position of a cell with text behind its closing quote (-1: none). `shape` has the delimiter, how many
 * columns there are (0: not known), and which of them may hold several lines. Throws an Error where nobody can tell
 * where a row ends.
 */
function* records(text, shape, from = { at: 0, line: 1, row: 1 }) {
  let { at: start, line, row } = from;
  while (start < text.length) {
    const record = readRecord(text, shape, start, line);
    if (record.broken >= 0 || record.cells.some((cell) => cell !== "")) yield { ...record, row };
    start = record.end;
    line = record.next;
    row += 1;
  }
}

function readRecord(text, shape, start, line) {
  const { at, end } = lineEnd(text, start);
  const body = text.slice(start, at);
  if (isQuoting(shape.delimiter) && body.includes('"')) return quotedRecord(text, shape, start, line);
  return { cells: cleaned(body.split(shape.delimiter), shape.width), line, next: line + 1, start, end, broken: -1 };
}

/** A row that holds a quote, which may take further lines. */
function quotedRecord(text, shape, start, line) {
  const until = shape.delimiter === "," ? /[^,\r\n]*/y : /[^;\r\n]*/y;
  const cells = [];
  let at = start;
  let taken = 1;
  let broken = -1;
  for (;;) {
    OPENING.lastIndex = at;
    let cell = "";
    if (OPENING.test(text)) {
      const opened = line + taken - 1;
      const inner = quotedText(text, OPENING.lastIndex);
      const lines = inner === null ? 0 : countLineEnds(inner);
      if (inner === null || (lines > 0 && !shape.severalLines.has(cells.length))) throw openQuote(opened, cells.length);
      taken += lines;
      at = OPENING.lastIndex + inner.length + 1;
      cell = inner.replaceAll('""', '"');
      until.lastIndex = at;
      const behind = until.exec(text)[0];
      if (behind !== "") {
        if (taken > 1) throw openQuote(line, cells.length);
        if (broken < 0) broken = cells.length;
        cell = `"${cell}"${behind}`;
        at += behind.length;
      }
    } else {
      until.lastIndex = at;
      cell = until.exec(text)[0];
      at += cell.length;
    }
    cells.push(cell);
    if (text[at] !== shape.delimiter) break;
    at += 1;
  }
  const { end } = lineEnd(text, at);
  refuseSwallowed(text.slice(start, at), shape, line, taken);
  return { cells: cleaned(cells, shape.width), line, next: line + taken, start, end, broken };
}

/** The text of a quoted cell from behind its opening quote on, null where it is never closed. */
function quotedText(text, from) {
  let at = from;
  for (;;) {
    const quoteAt = text.indexOf('"', at);
    if (quoteAt < 0) return null;
    if (text[quoteAt + 1] !== '"') return text.slice(from, quoteAt);
    at = quoteAt + 2;
  }
}

/** Refuse a row whose lines are each a row of all columns: a stray quote has made one cell of them. */
function refuseSwallowed(row, { delimiter, width }, line, taken) {
  if (taken === 1 || width < LEAST_SWALLOWED) return;
  const parted = delimiter === "," ? /,(?! )/g : /;(?! )/g;
  if (row.split(/\r\n?|\n/).every((one) => (one.match(parted) ?? []).length === width - 1)) {
    throw new Error(`Line ${line}: a quoted cell holds whole rows, so a quote is probably unbalanced there.`);
  }
}

const openQuote = (line, position) =>
  new Error(
    `Line ${line}: the quoted cell ${position + 1} is not closed in its line, so a quote is probably unbalanced there. ` +
      "Only street1, street2 and custom fields may hold line ends.",
  );

/** Where a line ends, before its line end and behind it. */
function lineEnd(text, from) {
  LINE_END.lastIndex = from;
  const found = LINE_END.exec(text);
  return { at: found.index, end: found.index + found[0].length };
}

const countLineEnds = (text) => (text.match(/\r\n?|\n/g) ?? []).length;

/** The cells as they are meant; surplus ones stay as they are, without blank ones at the end. */
function cleaned(cells, width) {
  const known = (width > 0 ? cells.slice(0, width) : cells).map(clean);
  const surplus = width > 0 ? cells.slice(width) : [];
  while (surplus.length > 0 && isBlank(surplus.at(-1))) surplus.pop();
  return [...known, ...surplus];
}

function clean(cell) {
  const text = unprotected(trimmed(cell));
  return isBlank(text) ? "" : text;
}

const trimmed = (cell) => cell.replace(OUTER_SPACES, "");

const isBlank = (text) => (ASCII.test(text) ? BLANK_ASCII : BLANK).test(text);

function unprotected(text) {
  if (text.startsWith("'")) {
    const inner = text.replace(INNER_PROTECTED, "$1");
    return inner !== text || PROTECTED.test(text) ? inner.slice(1) : text;
  }
  return WRAPPED.exec(text)?.[1] ?? text;
}

/** The delimiter that a spreadsheet's line `sep=;` names, undefined for any other line. */
const separator = (line) => /^[ \t\ufeff]*sep=([,;|\t])[ \t\ufeff]*$/i.exec(line)?.[1];

/** A line that is read as these cells, and that no spreadsheet runs or changes. */
function csvLine(cells, delimiter = ",") {
  if (isQuoting(delimiter)) return `${cells.map((cell) => quote(guarded(trimmed(cell)), delimiter)).join(delimiter)}\r\n`;
  const plain = cells.map((cell) => cell.replaceAll(delimiter, " ").replace(/\r\n?|\n/g, " "));
  return `${plain.map((cell) => guarded(trimmed(cell))).join(delimiter)}\n`;
}

/** The cell as no spreadsheet runs it or changes it, whichever sign it parts cells at. */
function guarded(cell) {
  const inner = cell.replace(INNER, "$1'");
  return inner !== cell || NEEDS_PROTECTION.test(cell) ? `'${inner}` : cell;
}

function quote(cell, delimiter) {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

"use strict";
/* Comma-separated values (RFC 4180): read as the import reads them, written so that a spreadsheet runs nothing. */

const CELL = / *(?:"([^"]*(?:""[^"]*)*)"(?!")([^,\r\n]*)|([^,\r\n]*))(,|\r\n|\n|\r|$)/y;
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;
const PLAIN_NUMBER = /^[+-][\d ().-]*$/; // a phone or an amount: no formula can be made of digits alone

/** A file's text; throws an Error where it is not UTF-8. A byte order mark is left out. */
async function readText(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error("The file is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”.");
  }
}

/** Every record that is not blank, as its cells and the place of its text; throws an Error for an open quote. */
function* records(text, from = 0) {
  let start = from;
  let cells = [];
  CELL.lastIndex = from;
  while (CELL.lastIndex < text.length || cells.length > 0) {
    const [, quoted, trailing, plain, end] = CELL.exec(text);
    const next = CELL.lastIndex;
    if (plain?.startsWith('"')) throw new Error(`A quoted cell is never closed: ${plain.slice(0, 40)}`);
    cells.push(trimmed(quoted === undefined ? plain : quoted.replaceAll('""', '"') + trailing));
    if (end === ",") continue;
    if (cells.length > 1 || cells[0].trim() !== "") yield { cells, start, end: next };
    start = next;
    cells = [];
    CELL.lastIndex = next; // the caller may have read another text meanwhile
  }
}

const trimmed = (cell) => cell.replace(/^ +| +$/g, "");

/** One line of a file. */
function csvLine(cells) {
  return `${cells.map((cell) => quote(defuse(cell))).join(",")}\r\n`;
}

/** A cell that a spreadsheet takes for text: formulas get an apostrophe before them, numbers stay as they are. */
function defuse(cell) {
  return FORMULA.test(cell) && !PLAIN_NUMBER.test(cell) ? `'${cell}` : cell;
}

function quote(cell) {
  return /[",\r\n]|^ | $/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

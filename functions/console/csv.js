"use strict";
/* Comma-separated values (RFC 4180), read as the import reads them.

   A spreadsheet runs a cell that begins like a formula. In what is saved here such a cell has an apostrophe before it,
   and from what is read one is taken away, as the operator's command line does: a file can go back and forth. */

const CELL = / *(?:"([^"]*(?:""[^"]*)*)"(?!")([^,\r\n]*)|([^,\r\n]*))(,|\r\n|\n|\r|$)/y;
const FORMULA = /^'*[=+\-@\t\r]/;
const DEFUSED = /^'+[=+\-@\t\r]/;

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
  return `${cells.map(quote).join(",")}\r\n`;
}

/** The cell as a spreadsheet leaves it alone. */
const defuse = (cell) => (FORMULA.test(cell) ? `'${cell}` : cell);

const isDefused = (cell) => DEFUSED.test(cell);

/** The cell before it was defused. */
const refuse = (cell) => (isDefused(cell) ? cell.slice(1) : cell);

function quote(cell) {
  return /[",\r\n]|^ | $/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

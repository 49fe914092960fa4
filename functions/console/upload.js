"use strict";
/* A file of rows, and how it is sent: an import that one request holds (20,000 rows, 4.6 MB) in one, all else as a file.
   Passwords and PINs are in no file, so an import of such goes in as many requests as it needs, one after the other. */

const MOST_ROWS = 20_000;
/* Passwords and PINs of one request (see shared/loyalty/operations/import_customers/items.py). */
const MOST_SECRETS = 2_000;
const SECRETS = new Set(["customer_password", "customer_pin"]);
/* The gateway takes 4.7 MB, with the form around the rows. */
const MOST_BYTES = 4_600_000;
/* Bytes of a file that is read as a whole. */
const MOST_READ = 16 * 1024 * 1024;
/* Bytes that are read of a larger one: no row of a million characters ends behind it. */
const HEAD = 2 * 1024 * 1024;
const SAMPLE_ROWS = 10;
/* The column of a report of failed rows that says why, which is not sent again. */
const ERROR_COLUMN = "loyalty_error";
/* The first that is in the line of headers. */
const DELIMITERS = ["\t", "|", ",", ";"];
const DELIMITER_NAMES = { "\t": "tabs", "|": "“|”", ",": "commas", ";": "semicolons" };
const NO_NAMES = "The file is empty. Its first line must name the columns.";

/* The fields that hold one line, so that a line end in one means an unbalanced quote (see shared/loyalty/domain/profile.py). */
const ONE_LINE = new Set([
  ...["code", "card_number", "customer_username", "email", "phone", "first_name", "last_name", "city", "state"],
  ...["postal_code", "country", "custom_date", "customer_password", "customer_pin", "profile_id", "customer_id"],
  "auto_add",
]);

/**
 * A file as its headers, its first rows and the parts it is sent in; throws an Error that says what is wrong. Of a large
 * one only the beginning is read (`isWhole` is false), and nobody knows how many rows it has (null).
 */
async function readUpload(file) {
  const isWhole = file.size <= MOST_READ;
  const text = await readText(file, isWhole ? file.size : HEAD);
  const table = { door: "import", picked: null, ...readHeader(text) };
  const upload = { name: file.name, file, text, isWhole, ...table, fields: table.header, parts: [], sample: [] };
  plan(upload);
  upload.sample = Array.from(take(rowsOf(text, { ...upload, picked: null }, upload.rowsFrom), SAMPLE_ROWS));
  if (upload.sample.length === 0) throw new Error("The file has a header line and no rows.");
  return upload;
}

/**
 * Cut the rows into parts for the door that they go to, with the fields that its columns become ("": none): requests, or
 * one part that is the whole file.
 *
 * A request may leave out single columns between others; where more are left out, the rows are sent with the others
 * alone (`picked`), and those that are blank in these are no rows.
 */
function plan(upload, changes = {}) {
  Object.assign(upload, changes);
  const { fields } = upload;
  const gaps = fields.some((field, at) => field === "" && (at === 0 || at === fields.length - 1 || fields[at - 1] === ""));
  const picked = [...fields.keys()].filter((at) => fields[at] !== "");
  upload.picked = gaps && picked.length > 0 ? picked : null; // without any nothing is sent yet: all rows count
  const requests = upload.isWhole && goesInRequests(upload.door) ? splitRows(upload.text, upload) : null;
  upload.asFile = requests === null || (requests.length > 1 && secretsOf(upload) === 0);
  if (upload.asFile) upload.picked = null;
  upload.parts = upload.asFile ? [wholeFile(upload)] : requests;
  upload.rows = upload.isWhole ? upload.parts.reduce((sum, { rows }) => sum + rows, 0) : null;
}

/** Whether a door takes requests of rows from who is signed in: only a token of the account's own imports by them. */
const goesInRequests = (door) => door === "import" && account.told?.credential !== "access";

/** The one part of a file that is sent as it is. */
function wholeFile({ text, isWhole, ...table }) {
  const { rowsFrom, header, shape } = table;
  let [rows, parted] = [0, header.length === 1];
  for (const { cells } of isWhole ? rowsOf(text, table, rowsFrom) : []) {
    rows += 1;
    parted ||= cells.length > 1;
  }
  if (!parted && rows > 0) throw notParted({ header, shape });
  return newPart({ first: 1, rows: isWhole ? rows : null, row: rowsFrom.row, text: text.slice(rowsFrom.at) });
}

const newPart = (part) => ({ ...part, key: idempotencyKey(), state: "waiting", jobId: "", sent: 0, counts: undefined, failures: [] });

/**
 * What the first lines say: the headers, the shape of the rows, where a report's reasons stand (-1: nowhere), and where
 * the rows begin. A blank header is a column that is not read.
 */
function readHeader(text) {
  let first = firstLine(text, { at: 0, line: 1 });
  const named = separator(first.text);
  const hidden = named ? first.line : 0; // which a spreadsheet reads and does not show
  if (named) first = firstLine(text, first.next);
  const outside = first.text.replace(/"[^"]*"/g, "");
  const delimiter = named ?? DELIMITERS.find((one) => outside.includes(one)) ?? ",";
  const shape = { delimiter, width: 0, severalLines: new Set() };
  const { value: record } = records(text, shape, { ...first, row: first.line - hidden }).next();
  if (!record) throw new Error(NO_NAMES);
  checkHeader(record);
  const names = [...record.cells];
  while (names.length > 0 && names.at(-1) === "") names.pop();
  checkNames(names);
  const reasonsAt = names.indexOf(ERROR_COLUMN);
  const header = names.filter((name) => name !== ERROR_COLUMN);
  const rowsFrom = { at: record.end, line: record.next, row: record.row + 1 };
  return { header, reasonsAt, rowsFrom, shape: { delimiter, width: names.length, severalLines: severalLinesIn(names) } };
}

const severalLinesIn = (names) =>
  new Set([...names.keys()].filter((at) => names[at] !== "" && !ONE_LINE.has(names[at].toLowerCase())));

/** The first line that is not blank from a place on, and the place behind it. */
function firstLine(text, { at: start, line }) {
  let from = start;
  let number = line;
  for (;;) {
    const { at, end } = lineEnd(text, from);
    const found = { at: from, line: number, text: text.slice(from, at), next: { at: end, line: number + 1 } };
    if (end >= text.length || !isBlank(found.text)) return found;
    from = end;
    number += 1;
  }
}

/** Refuse a line of headers that can't be read as one. */
function checkHeader({ cells, line, broken, start, end }) {
  if (broken >= 0) throw new Error(`Line ${line}: text follows the closing quote of the name of column ${broken + 1}.`);
  if (end - start > LONGEST_LINE) throw new Error(`Line ${line}: the names of the columns are too long.`);
  if (cells.some((cell) => CONTROL.test(cell))) {
    throw new Error(`Line ${line} holds a control character. In a spreadsheet, save the file as “CSV UTF-8”.`);
  }
}

function checkNames(names) {
  if (names.every((name) => name === ERROR_COLUMN)) throw new Error(NO_NAMES);
  const known = new Map();
  names.forEach((name, at) => {
    const first = known.get(name.toLowerCase());
    if (name !== "" && first !== undefined) {
      throw new Error(`The header “${name}” is in columns ${first + 1} and ${at + 1}; each needs a name of its own.`);
    }
    if (name === "" && (at === 0 || names[at - 1] === "")) throw new Error(`Column ${at + 1} has no name.`);
    known.set(name.toLowerCase(), at);
  });
}

/** The rows of a text, each as a record, without the reasons of a report. */
function* rowsOf(text, { shape, reasonsAt, header, picked }, from) {
  const isSent = (cell, at) => cell !== "" && (!picked || at >= header.length || picked.includes(at));
  for (const record of records(text, shape, from)) {
    const cells = reasonsAt < 0 ? record.cells : record.cells.filter((_, at) => at !== reasonsAt);
    if (record.broken >= 0 || cells.some(isSent)) yield { ...record, cells };
  }
}

/** The rows of a part. */
const partRows = (part, table) => rowsOf(part.text, table, { at: 0, line: 1, row: part.row });

/** The rows in parts: the number of the first row, how many there are, and their text as it stands in the file. */
function splitRows(text, table) {
  const parts = [];
  const encoder = new TextEncoder();
  const most = mostRows(table);
  let part = { first: 1, rows: most, bytes: 0 };
  let parted = table.header.length === 1;
  for (const record of rowsOf(text, table, table.rowsFrom)) {
    const bytes = encoder.encode(sentLine(text, record, table)).length + 1;
    if (part.rows === most || part.bytes + bytes > MOST_BYTES) {
      part = { first: parts.length === 0 ? 1 : part.first + part.rows, rows: 0, bytes: 0, from: record.start, row: record.row };
      parts.push(part);
    }
    part.rows += 1;
    part.bytes += bytes;
    part.to = record.end;
    parted ||= record.cells.length > 1;
  }
  if (!parted && parts.length > 0) throw notParted(table);
  return parts.map(({ first, rows, row, from, to }) => newPart({ first, rows, row, text: text.slice(from, to) }));
}

/** How many rows a request may have: fewer where each brings passwords and PINs, which take long to hash. */
function mostRows(table) {
  const secrets = secretsOf(table);
  return secrets === 0 ? MOST_ROWS : Math.min(MOST_ROWS, Math.floor(MOST_SECRETS / secrets));
}

/** How many columns bring passwords or PINs. */
const secretsOf = ({ fields }) => fields.filter((name) => SECRETS.has(name.toLowerCase())).length;

const notParted = ({ header, shape }) =>
  new Error(
    `The first line names ${header.length} columns with ${DELIMITER_NAMES[shape.delimiter]} between them, ` +
      "but no row has a second cell. Is it another delimiter there?",
  );

/** Some rows of a part, by number. */
function rowsByNumber(part, table, numbers) {
  const found = new Map();
  let place = 0;
  for (const record of partRows(part, table)) {
    place += 1;
    if (numbers.has(place)) found.set(place, record);
  }
  return found;
}

const padded = (cells, length) => [...cells, ...Array(Math.max(0, length - cells.length)).fill("")];

function* take(items, most) {
  for (const item of items) {
    yield item;
    most -= 1;
    if (most === 0) return;
  }
}

"use strict";
/* A file of customers as the requests that it is sent in: at most 20,000 rows and 4.6 MB each, one after the other. */

const MOST_ROWS = 20_000;
const MOST_SECRETS = 2_000; // passwords and PINs of one request (see shared/loyalty/operations/import_customers/items.py)
const SECRETS = new Set(["customer_password", "customer_pin"]);
const MOST_BYTES = 4_600_000; // the gateway takes 4.7 MB, with the form around the rows
const SAMPLE_ROWS = 3;
const ERROR_COLUMN = "loyalty_error"; // the column of a report of failed rows that says why, which is not sent again
const DELIMITERS = ["\t", "|", ",", ";"]; // the first that is in the line of headers
const DELIMITER_NAMES = { "\t": "tabs", "|": "“|”", ",": "commas", ";": "semicolons" };
const NO_NAMES = "The file is empty. Its first line must name the columns.";

/* The fields that hold one line, so that a line end in one means an unbalanced quote (see shared/loyalty/domain/profile.py). */
const ONE_LINE = new Set([
  ...["code", "card_number", "customer_username", "email", "phone", "first_name", "last_name", "city", "state"],
  ...["postal_code", "country", "custom_date", "customer_password", "customer_pin", "profile_id", "customer_id"],
  "auto_add",
]);

/** A file as its headers, its first rows and the parts it is sent in; throws an Error that says what is wrong. */
async function readUpload(file) {
  const text = await readText(file);
  const table = readHeader(text);
  const parts = splitRows(text, table);
  if (parts.length === 0) throw new Error("The file has a header line and no rows.");
  const sample = Array.from(take(rowsOf(parts[0].text, table), SAMPLE_ROWS), ({ cells }) => cells);
  return { name: file.name, ...table, parts, rows: parts.at(-1).first + parts.at(-1).rows - 1, sample };
}

/**
 * What the first lines say: the headers, the shape of the rows, where a report's reasons stand (-1: nowhere), and where
 * the rows begin. A blank header is a column that is not read.
 */
function readHeader(text) {
  let first = firstLine(text, { at: 0, line: 1 });
  const named = separator(first.text);
  if (named) first = firstLine(text, first.next);
  const outside = first.text.replace(/"[^"]*"/g, "");
  const delimiter = named ?? DELIMITERS.find((one) => outside.includes(one)) ?? ",";
  const shape = { delimiter, width: 0, severalLines: new Set() };
  const { value: record } = records(text, shape, first).next();
  if (!record) throw new Error(NO_NAMES);
  checkHeader(record);
  const names = [...record.cells];
  while (names.length > 0 && names.at(-1) === "") names.pop();
  checkNames(names);
  const reasonsAt = names.indexOf(ERROR_COLUMN);
  const header = names.filter((name) => name !== ERROR_COLUMN);
  const rowsFrom = { at: record.end, line: record.next };
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
function* rowsOf(text, { shape, reasonsAt }, from) {
  for (const record of records(text, shape, from)) {
    const cells = reasonsAt < 0 ? record.cells : record.cells.filter((_, at) => at !== reasonsAt);
    if (record.broken >= 0 || cells.some((cell) => cell !== "")) yield { ...record, cells };
  }
}

/** The rows in parts: the number of the first row, how many there are, and their text as it stands in the file. */
function splitRows(text, table) {
  const parts = [];
  const encoder = new TextEncoder();
  const most = mostRows(table.header);
  let part = { first: 1, rows: most, bytes: 0 };
  let parted = table.header.length === 1;
  for (const record of rowsOf(text, table, table.rowsFrom)) {
    const bytes = encoder.encode(sentLine(text, record, table)).length;
    if (part.rows === most || part.bytes + bytes > MOST_BYTES) {
      part = { first: parts.length === 0 ? 1 : part.first + part.rows, rows: 0, bytes: 0, from: record.start };
      parts.push(part);
    }
    part.rows += 1;
    part.bytes += bytes;
    part.to = record.end;
    parted ||= record.cells.length > 1;
  }
  if (!parted && parts.length > 0) throw notParted(table);
  return parts.map(({ first, rows, from, to }) => ({
    ...{ first, rows, text: text.slice(from, to), key: idempotencyKey() },
    ...{ state: "waiting", jobId: "", counts: undefined },
  }));
}

/** How many rows a request may have: fewer where each brings passwords and PINs, which take long to hash. */
function mostRows(header) {
  const secrets = header.filter((name) => SECRETS.has(name.toLowerCase())).length;
  return secrets === 0 ? MOST_ROWS : Math.min(MOST_ROWS, Math.floor(MOST_SECRETS / secrets));
}

const notParted = ({ header, shape }) =>
  new Error(
    `The first line names ${header.length} columns with ${DELIMITER_NAMES[shape.delimiter]} between them, ` +
      "but no row has a second cell. Is it another delimiter there?",
  );

/** A row as it is sent: as it stands in the file where that is what the API reads, else written anew with commas. */
function sentLine(text, { cells, start, end, broken }, { header, shape, reasonsAt }) {
  const own = shape.delimiter === "," && reasonsAt < 0;
  if (own && (cells.length > 1 || header.length === 1 || broken >= 0)) return text.slice(start, end);
  if (broken >= 0) return `${",".repeat(broken)}""x\r\n`; // which the API finds broken in the same place
  return csvLine(padded(cells, header.length));
}

/** Send one part; resolves to the answer's `batch`, throws an ApiError. It is safe to send a part again. */
async function sendPart(part, upload, choices) {
  const form = new Response(importForm(part, upload, choices));
  const type = form.headers.get("Content-Type");
  const headers = { "Content-Type": type, Prefer: "respond-async", "Idempotency-Key": part.key };
  const body = await form.arrayBuffer();
  return patiently(async () => readAnswer(await call("POST", "/api.php", { body, headers })));
}

/** The form of customers_batch; blank header names are columns that are not read. */
function importForm({ text }, upload, choices) {
  const form = new FormData();
  const fixed = { type: "customers_batch", API: "1.5", delimiter: "comma", output: "JSON", condensed: "yes" };
  for (const [name, value] of Object.entries({ ...fixed, ...choices })) form.set(name, value);
  if (upload.shape.delimiter === ";") form.set("decimal_mark", "comma"); // so 1.000 is refused: it may be a thousand
  upload.header.forEach((name, at) => {
    if (name !== "") form.set(`profiles_header_${at + 1}`, name);
  });
  const lines = Array.from(rowsOf(text, upload), (record) => sentLine(text, record, upload));
  form.set("profiles_data", new Blob(lines, { type: "text/csv" }), "rows.csv"); // a file keeps its line ends
  return form;
}

/** This contract answers its errors with HTTP status 200. */
async function readAnswer(response) {
  const answer = await response.json();
  if (answer.status === "success") return answer.batch;
  throw new ApiError(response.status, answer.error, response.headers.get("Retry-After"));
}

/** The cells of some rows of a part, by number. */
function rowsByNumber(text, table, numbers) {
  const found = new Map();
  let row = 0;
  for (const { cells } of rowsOf(text, table)) {
    row += 1;
    if (numbers.has(row)) found.set(row, cells);
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

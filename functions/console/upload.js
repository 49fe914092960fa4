"use strict";
/* A file of customers as the requests that it is sent in: at most 20,000 rows and 4.6 MB each, one after the other. */

const MOST_ROWS = 20_000;
const MOST_BYTES = 4_600_000; // the gateway takes 4.7 MB, with the form around the rows
const SAMPLE_ROWS = 3;
const ERROR_COLUMN = "loyalty_error"; // the last column of a report of failed rows, which is not sent again

/** A file as its header, its first rows and the parts it is sent in; throws an Error that says what is wrong. */
async function readUpload(file) {
  const text = await readText(file);
  const { value: first } = records(text).next();
  if (!first) throw new Error("The file is empty. Its first line must name the columns.");
  if (first.cells.length === 1 && /[;|\t]/.test(first.cells[0])) {
    throw new Error("The columns must be separated by commas.");
  }
  const header = first.cells.filter((name, at) => at < first.cells.length - 1 || name !== ERROR_COLUMN);
  const parts = splitRows(text, first, header.length);
  if (parts.length === 0) throw new Error("The file has a header line and no rows.");
  const sample = Array.from(take(records(parts[0].text), SAMPLE_ROWS), ({ cells }) => cells);
  return { name: file.name, header, parts, rows: parts.at(-1).first + parts.at(-1).rows - 1, sample };
}

/** The rows in parts: the number of the first row, how many there are, and their text. */
function splitRows(text, first, width) {
  const parts = [];
  const encoder = new TextEncoder();
  let part = { first: 1, rows: MOST_ROWS, bytes: 0 };
  for (const record of records(text, first.end)) {
    const line = rowText(text, record, first.cells.length, width);
    const bytes = encoder.encode(line).length;
    if (part.rows === MOST_ROWS || part.bytes + bytes > MOST_BYTES) {
      part = { first: parts.length === 0 ? 1 : part.first + part.rows, rows: 0, bytes: 0, lines: [] };
      parts.push(part);
    }
    part.rows += 1;
    part.bytes += bytes;
    part.lines.push(line);
  }
  return parts.map(({ first: number, rows, lines }) => ({
    ...{ first: number, rows, text: lines.join(""), key: idempotencyKey() },
    ...{ state: "waiting", jobId: "", counts: undefined },
  }));
}

/** A row as it stands in the file, unless a report of failed rows added something to it. */
function rowText(text, { cells, start, end }, columns, width) {
  const own = cells.length === columns ? cells.slice(0, width) : cells;
  return own.length === cells.length && !own.some(isDefused) ? text.slice(start, end) : csvLine(own.map(refuse));
}

/** Send one part; resolves to the answer's `batch`, throws an ApiError. It is safe to send a part again. */
async function sendPart(part, header, choices) {
  const form = new Response(importForm(part.text, header, choices));
  const headers = { "Content-Type": form.headers.get("Content-Type"), Prefer: "respond-async", "Idempotency-Key": part.key };
  const body = await form.arrayBuffer();
  return patiently(async () => readAnswer(await call("POST", "/api.php", { body, headers })));
}

/** The form of customers_batch; blank header names are columns that are not read. */
function importForm(rows, header, choices) {
  const form = new FormData();
  const fixed = { type: "customers_batch", API: "1.5", delimiter: "comma", output: "JSON", condensed: "yes" };
  for (const [name, value] of Object.entries({ ...fixed, ...choices })) form.set(name, value);
  header.forEach((name, at) => {
    if (name !== "") form.set(`profiles_header_${at + 1}`, name);
  });
  form.set("profiles_data", new Blob([rows], { type: "text/csv" }), "rows.csv"); // a file keeps its line ends
  return form;
}

/** This contract answers its errors with HTTP status 200. */
async function readAnswer(response) {
  const answer = await response.json();
  if (answer.status === "success") return answer.batch;
  throw new ApiError(response.status, answer.error, response.headers.get("Retry-After"));
}

/** The cells of some rows of a part, by number. */
function rowsByNumber({ text }, numbers) {
  const found = new Map();
  let row = 0;
  for (const { cells } of records(text)) {
    row += 1;
    if (numbers.has(row)) found.set(row, cells);
  }
  return found;
}

function* take(items, most) {
  for (const item of items) {
    yield item;
    most -= 1;
    if (most === 0) return;
  }
}

"use strict";
/* The failed items of a job, read from the reply that its vendor's client would have had, in JSON, JSONP or XML. */

/* Items of one call. */
const PAGE = 5_000;
const SHOWN = 200;

/* This page renders no markup, but the browser holds its XML reader for a sink of markup too. */
const xmlReader = globalThis.trustedTypes?.createPolicy("xml-reply", { createHTML: (text) => text });

/** Every failed item of a job that has ended: its number from 1, the vendor's code, and why. */
async function failedItems(job) {
  const found = [];
  for (let from = 0; from < job.total; from += PAGE) {
    const response = await call("GET", `/jobs/${job.job_id}/results?from=${from}&limit=${PAGE}`);
    const items = failuresIn(readReply(await response.text()));
    found.push(...items.map((item) => ({ ...item, number: item.number ?? from + item.position + 1 })));
  }
  return found;
}

/** The failures in a reply, by its form. Imports number their rows, the others answer in the order of the request. */
function failuresIn(reply) {
  if (reply.batch) return rowFailures(listed(reply.batch.rows));
  if (reply.results) return undoFailures(reply.results);
  if (reply.response || reply.errors) return elementFailures(reply.response ?? [reply]);
  if (reply.status === "error") return [{ position: 0, code: "failed", reason: reply.error }];
  return itemFailures(reply.result === undefined && reply.error !== undefined ? [reply] : listed(reply.result));
}

const rowFailures = (rows) =>
  rows
    .filter((row) => row.error)
    .map((row) => ({ number: Number(row.number), code: "failed", reason: row.error }));

const undoFailures = (results) =>
  results
    .map((code, position) => ({ position, code, reason: inWords("undo", code) }))
    .filter(({ code }) => code === "busy");

/** The failures among the items of a reply of Altcraft's. */
const itemFailures = (items) =>
  items
    .map((item, position) => ({ position, code: String(item.error), reason: item.error_text }))
    .filter(({ code }) => !["0", "409"].includes(code));

/** The failures among the elements of a reply of Capillary's, whose codes are those of a revocation or of an earn. */
const elementFailures = (elements) =>
  elements
    .map((element, position) => ({ position, fault: element.errors[0] }))
    .filter(({ fault }) => fault && isFailed("revoke", fault.code))
    .map(({ position, fault }) => ({ position, code: String(fault.code), reason: fault.message }));

/** A list that may be missing, or be an empty element. */
const listed = (value) => (Array.isArray(value) ? value : []);

/** A reply as data, whichever form it has. */
function readReply(text) {
  const body = text.replace(/^\/\*\*\/[^(]*\(/, "").replace(/\);?\s*$/, "");
  return body.startsWith("<") ? fromXml(readXml(body).documentElement) : JSON.parse(body);
}

function readXml(text) {
  return new DOMParser().parseFromString(xmlReader ? xmlReader.createHTML(text) : text, "application/xml");
}

/** An element as data: text, a list where its children are items or rows, else an object. */
function fromXml(parent) {
  const children = [...parent.children];
  if (children.length === 0) return parent.textContent;
  if (["item", "row"].includes(children[0].localName)) return children.map(fromXml);
  return Object.fromEntries(children.map((child) => [child.localName, fromXml(child)]));
}

/** The failures of rows that this page sent: with the row, its line in the file, and the reason in the file's words. */
function placed(failures, source) {
  if (!source) return failures;
  const { upload, part } = source;
  const sent = rowsByNumber(part, upload, new Set(failures.map(({ number: place }) => place)));
  return failures.map((failure) => {
    const { cells, row } = sent.get(failure.number) ?? { cells: [], row: failure.number };
    return { ...failure, cells, line: row, reason: inTheirWords(failure.reason, upload) };
  });
}

/** A reason that begins with a field's name, with the name that its column has in the file. */
const inTheirWords = (reason, { fields, header }) =>
  reason.replace(/^\w+/, (name) => header[fields.findIndex((one) => one !== "" && one === name)] ?? name);

/** The failures as a file: with the row as it was sent where this page sent it, so that it can be sent again. */
function failuresFile(failures, upload) {
  if (!upload) return report([["row", "code", "reason"], ...failures.map(failureCells)], ",");
  const { header, shape } = upload;
  const lines = failures.map(({ cells, reason }) => {
    const all = padded(cells, header.length);
    return [...all.slice(0, header.length), reason, ...all.slice(header.length)];
  });
  return report([[...header, ERROR_COLUMN], ...lines], shape.delimiter);
}

const report = (rows, delimiter) => rows.map((cells) => csvLine(cells, delimiter)).join("");

/** Show the first failures as a table. */
function drawFailures(failures, rowsId, moreId) {
  byId(rowsId).replaceChildren(...tableRows(failures.slice(0, SHOWN).map(failureCells)));
  const hidden = failures.length - SHOWN;
  write(moreId, hidden > 0 ? `The download has ${number(hidden)} more.` : "");
}

const failureCells = ({ line, number: place, code, reason }) => [String(line ?? place), code, reason];

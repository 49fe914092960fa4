"use strict";
/* What a file can be sent to: for each kind its columns; and an import's rows as requests. Names are the API's own. */

const SOURCES = ["INSTORE", "ECOMMERCE", "WEBSITE", "MOBILE_APP", "FACEBOOK", "WEB_ENGAGE", "WECHAT", "LINE", "MARTJACK"];
const MORE_SOURCES = ["TMALL", "TAOBAO", "JD", "ALL"];
const DATE = "registration_date";
const SAYS_OWN = ["email", "phone", "profile_id"]; // what finds members beside the account's match fields

/* `identifiers` are columns of which one is needed and no more. */
const DOORS = {
  import: {
    words: "Import customers",
    offered: () => may("import", "jobs:read"),
    columns: () => account.told.columns,
    identifiers: () => [],
  },
  enrol: {
    words: "Register members of a program",
    offered: () => may("enrol", "jobs:read"),
    columns: () => [...DOORS.enrol.identifiers(), DATE],
    identifiers: () => [...SAYS_OWN, ...account.told.custom_fields.filter(({ match }) => match).map(({ name }) => name)],
  },
  earn: {
    words: "Issue a promotion to customers",
    offered: () => may("earn", "jobs:read"),
    columns: () => [...DOORS.earn.identifiers(), "source"],
    identifiers: () => ["email", "mobile", "id"],
  },
};

/** Send one request of an import; resolves to its job's id, or its counts and failures where it was done before. */
async function sendRequest(part, upload, choices) {
  const form = new Response(importForm(part, upload, choices));
  const headers = { Prefer: "respond-async", "Idempotency-Key": part.key, "Content-Type": form.headers.get("Content-Type") };
  if (choices.label) headers["X-Job-Label"] = choices.label;
  const body = await form.arrayBuffer();
  return patiently(async () => {
    const response = await call("POST", "/api.php", { body, headers });
    const reply = await response.json(); // this contract answers its errors with HTTP status 200
    if (reply.status !== "success") throw new ApiError(response.status, reply.error, response.headers.get("Retry-After"));
    const { job_id: jobId, customers: counts } = reply.batch;
    return jobId ? { jobId } : { counts, failures: failuresIn(reply) };
  });
}

/** The form of customers_batch; columns that are not read have no header. */
function importForm(part, upload, { programs = [], overwrite, dryRun, noUndo }) {
  const form = new FormData();
  const fixed = { type: "customers_batch", API: "1.5", delimiter: "comma", output: "JSON", condensed: "yes" };
  const chosen = { campaigns_to_include: programs.join(","), overwrite_duplicates: overwrite };
  const switches = { no_undo: noUndo && "yes", dry_run: dryRun && "yes" };
  for (const [name, value] of Object.entries({ ...fixed, ...chosen, ...switches })) if (value) form.set(name, value);
  if (upload.shape.delimiter === ";") form.set("decimal_mark", "comma"); // so 1.000 is refused: it may be a thousand
  const sent = upload.picked?.map((at) => upload.fields[at]) ?? upload.fields;
  sent.forEach((name, at) => {
    if (name !== "") form.set(`profiles_header_${at + 1}`, name);
  });
  const rows = Array.from(partRows(part, upload), (record) => sentLine(part.text, record, upload));
  form.set("profiles_data", new Blob(rows, { type: "text/csv" }), "rows.csv"); // a file keeps its line ends
  return form;
}

/** A row as it is sent: as it stands in the file where that is what the API reads, else written anew with commas. */
function sentLine(text, { cells, start, end, broken }, { header, picked, shape, reasonsAt }) {
  const own = shape.delimiter === "," && reasonsAt < 0 && !picked;
  if (own && (cells.length > 1 || header.length === 1 || broken >= 0)) return text.slice(start, end);
  if (broken >= 0) return `${",".repeat(Math.max(0, picked?.indexOf(broken) ?? broken))}""x\r\n`; // broken for the API, too
  const all = padded(cells, header.length);
  return csvLine(picked ? [...picked.map((at) => all[at]), ...all.slice(header.length)] : all);
}

const identifierOf = ({ door, fields }) => DOORS[door].identifiers().find((one) => fields.includes(one));

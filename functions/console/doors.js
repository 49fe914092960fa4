"use strict";
/* What a file can be sent to: for each kind its columns, and its rows as requests. A door's names are the API's own. */

const SOURCES = ["INSTORE", "ECOMMERCE", "WEBSITE", "MOBILE_APP", "FACEBOOK", "WEB_ENGAGE", "WECHAT", "LINE", "MARTJACK"];
const MORE_SOURCES = ["TMALL", "TAOBAO", "JD", "ALL"];
const DATE = "registration_date";
const SAYS_OWN = ["email", "phone", "profile_id"]; // Altcraft matches by these under their names

/* `identifiers` are columns of which one is needed and no more; `line` writes a row as it is sent. */
const DOORS = {
  import: {
    words: "Import customers",
    path: "/api.php",
    offered: () => mayAsToken("import", "jobs:read"),
    columns: () => account.told.columns,
    identifiers: () => [],
    line: sentLine,
    form: importForm,
    read: readImport,
  },
  enrol: {
    words: "Register members of a program",
    path: "/api/v1.1/loyalty/register_member_batch",
    offered: () => mayAsToken("enrol", "jobs:read"),
    columns: () => [...DOORS.enrol.identifiers(), DATE],
    identifiers: () => [...SAYS_OWN, ...account.told.custom_fields.filter(({ match }) => match).map(({ name }) => name)],
    line: (_text, { cells }, upload) => JSON.stringify(memberOf(cells, upload)),
    form: registration,
    read: readRegistration,
  },
  earn: {
    words: "Issue a promotion to customers",
    path: "/v2/promotion/bulk/directEarn",
    offered: () => may("earn", "jobs:read"),
    columns: () => [...DOORS.earn.identifiers(), "source"],
    identifiers: () => ["email", "mobile", "id"],
    line: (_text, { cells }, upload) => JSON.stringify(earnerOf(cells, upload)),
    form: issue,
    read: readIssue,
  },
};

/** Send one part; resolves to its job's id, or its counts and failures where it was done before. */
async function sendPart(part, upload, choices) {
  const door = DOORS[upload.door];
  const form = new Response(door.form(part, upload, choices));
  const headers = { Prefer: "respond-async", "Idempotency-Key": part.key, ...choices.headers };
  if (choices.label) headers["X-Job-Label"] = choices.label;
  headers["Content-Type"] = upload.door === "import" ? form.headers.get("Content-Type") : "application/json";
  const body = await form.arrayBuffer();
  return patiently(async () => {
    const response = await call("POST", door.path, { body, headers });
    const reply = await response.json();
    const { fault, jobId = "", counts } = door.read(reply);
    if (fault) throw new ApiError(response.status, fault, response.headers.get("Retry-After"));
    return jobId === "" ? { counts, failures: failuresIn(reply) } : { jobId };
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

/** This contract answers its errors with HTTP status 200. */
function readImport({ status, error, batch }) {
  return status === "success" ? { jobId: batch.job_id, counts: batch.customers } : { fault: error };
}

/** The body of register_member_batch. */
function registration(part, upload, { program }) {
  const name = identifierOf(upload);
  const matching = SAYS_OWN.includes(name) ? name : "custom";
  return withRows({ loyalty_program_id: program, matching, format: "json" }, "data", part, upload);
}

function memberOf(cells, upload) {
  const name = identifierOf(upload);
  const value = cellOf(cells, upload, name);
  const date = cellOf(cells, upload, DATE);
  const member = SAYS_OWN.includes(name) ? { [name]: value } : { field_name: name, field_value: value };
  return date === "" ? member : { ...member, [DATE]: date };
}

function readRegistration({ error, error_text: words, result, job_id: jobId }) {
  return error === 0 ? { jobId, counts: countsOf(result.map((one) => one.error)) } : { fault: words };
}

/** The body of directEarn. */
function issue(part, upload, { program, promotion }) {
  const promotionDetails = { programId: program, promotionId: promotion };
  const head = { type: "CUSTOMER", promotionDetails, identifierName: identifierOf(upload) };
  return withRows(head, "customers", part, upload);
}

function earnerOf(cells, upload) {
  const source = cellOf(cells, upload, "source") || upload.source;
  return { identifierValue: cellOf(cells, upload, identifierOf(upload)), source };
}

function readIssue({ response, errors = [], job_id: jobId }) {
  if (jobId) return { jobId };
  const codes = response.map((one) => (one.errors[0] ?? one.warnings[0] ?? { code: 0 }).code);
  const ofAll = new Set(codes).size === 1 ? PROMOTION_FAULTS[codes[0]] : undefined;
  return { fault: ofAll ?? (response.length === 0 ? errors[0]?.message : undefined), counts: countsOf(codes) };
}

/* What is told of each customer, but is about what was chosen. */
const PROMOTION_FAULTS = {
  1101: "The account has no such program.",
  8874: "The program has no such promotion.",
  8892: "The promotion is not active, or its program isn't.",
};

/** A JSON object whose last member is the rows, each as its door writes it. */
function withRows(head, name, part, upload) {
  const rows = Array.from(partRows(part, upload), (record) => DOORS[upload.door].line(part.text, record, upload));
  return `${JSON.stringify(head).slice(0, -1)},"${name}":[${rows.join(",")}]}`;
}

const identifierOf = ({ door, fields }) => DOORS[door].identifiers().find((one) => fields.includes(one));

const cellOf = (cells, { fields }, name) => cells[fields.indexOf(name)] ?? "";

function countsOf(codes) {
  const counts = {};
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

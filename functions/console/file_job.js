"use strict";
/* A whole file as one job: asked for, sent straight to storage, and sent again where that broke off. */

const FILES = "/files";
const TAKEN_ALREADY = 412; // it is there, and the answer was lost
const BROKE_OFF = "The upload broke off, or the file was changed meanwhile";

/** The params of POST /files, by door. */
const FILE_PARAMS = {
  import: ({ programs, overwrite, noUndo }) => ({ campaigns: programs, overwrite, keep_undo: !noUndo }),
  enrol: ({ program }, upload) => ({ program_id: program, matching: identifierOf(upload) }),
  earn: ({ program, promotion, source }) => ({ program_id: program, promotion_id: promotion, source }),
};

/** Send a file; resolves to its job's id once all of it is there. Done again it goes on with the same job. */
async function sendFile(part, upload, choices) {
  const created = await askForJob(part, upload, choices);
  part.jobId = created.job_id;
  const status = await put(upload.file, created.upload, (sent) => {
    part.sent = sent;
    drawSending();
  });
  if (status !== 200 && status !== TAKEN_ALREADY) throw new ApiError(status, `The file was not taken (${status})`);
  part.sent = upload.file.size;
  return { jobId: created.job_id };
}

async function askForJob(part, upload, { label, dryRun, ...choices }) {
  const params = { ...FILE_PARAMS[upload.door](choices, upload), columns: columnsOf(upload) };
  const wish = { operation: upload.door, name: upload.name, params, label: label || null, dry_run: dryRun || null };
  const headers = { "Content-Type": "application/json", "Idempotency-Key": part.key };
  const body = JSON.stringify(wish);
  return (await patiently(() => call("POST", FILES, { body, headers }))).json();
}

/** Fields by the headers of columns that are called otherwise. */
function columnsOf({ header, fields }) {
  const named = header.map((name, at) => [name, fields[at] || "-"]).filter(([name, field]) => name !== "" && name !== field);
  return Object.fromEntries(named);
}

/** PUT a file to a URL that was signed for it, telling how many bytes went; resolves to the HTTP status. */
function put(file, { method, url, headers }, tell) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest(); // fetch does not tell how much went
    sending.open(method, url);
    for (const [name, value] of Object.entries(headers)) sending.setRequestHeader(name, value);
    sending.upload.addEventListener("progress", ({ loaded }) => tell(Math.min(loaded, file.size)));
    sending.addEventListener("load", () => resolve(sending.status));
    for (const end of ["error", "abort"]) sending.addEventListener(end, () => reject(new ApiError(0, BROKE_OFF)));
    session.ended.signal.addEventListener("abort", () => sending.abort(), { once: true });
    sending.send(file);
  });
}

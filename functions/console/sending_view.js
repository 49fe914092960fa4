"use strict";
/* How far a file is, and in the end one card with what became of all its rows. */

const result = { key: "", failures: [] };

/** Show a file that was chosen. */
function drawUpload() {
  const { upload } = importing;
  show("preview", upload !== null);
  if (!upload) return;
  drawColumns(upload);
  drawParts();
}

/** The parts that it is cut into. */
function drawParts() {
  const { header, parts, shape } = importing.upload;
  const requests = parts.length > 1 ? `, in ${parts.length} requests` : "";
  const parted = header.length > 1 ? `, with ${DELIMITER_NAMES[shape.delimiter]} between them` : "";
  write("preview-size", `${howMuch(importing.upload)}, ${counted(header.length, "column")}${parted}${requests}`);
  byId("parts").replaceChildren(...parts.map(() => element("li", {}, element("span"), " ", element("a"))));
  drawLeftOut(importing.upload);
  complain("columns-fault", mappingFault(importing.upload)?.words ?? "");
  drawSending();
}

/** How much a file is: its rows, or its bytes where nobody counted these. */
const howMuch = ({ rows, file }) => (rows === null ? size(file.size) : counted(rows, "row"));

/** Bring the state of the parts up to date. */
function drawSending() {
  const { upload, sending } = importing;
  show("drop", !sending);
  if (!upload) return lockChoices(false);
  const left = upload.parts.filter(({ state }) => state !== "sent");
  const begun = sending || isBegun(upload);
  lockChoices(begun); // all parts are sent with the same
  byId("send").disabled = sending || (begun && left.length === 0);
  write("send", begun ? restWords(left.length, upload) : `${sendWords(upload)} ${howMuch(upload)}`);
  show("another", !sending);
  drawBar(upload);
  upload.parts.forEach((part, at) => drawPart(byId("parts").children[at], part));
  if (begun && !sending && left.length === 0 && upload.parts.every(isOver)) showResult();
}

function lockChoices(locked) {
  const choices = [byId("fields"), byId("door"), ...byId("columns").querySelectorAll("select")];
  for (const one of choices) one.disabled = locked;
}

const SEND_WORDS = { import: "Import", enrol: "Register", earn: "Issue to" };
const sendWords = ({ door }) => (door === "import" && byId("dry-run").checked ? "Check" : SEND_WORDS[door]);
const restWords = (left, { asFile }) => (left === 0 ? "All rows are sent" : asFile ? "Send the file again" : "Send the rest");

/** One bar for a whole file: half of it is the upload, the other half its job. */
function drawBar({ asFile, parts: [part], file }) {
  const bar = byId("file-progress");
  bar.hidden = !asFile || (part.state === "waiting" && part.jobId === "");
  if (bar.hidden) return;
  const job = part.state === "sent" ? known.jobs.get(part.jobId) : undefined;
  const done = job && job.total > 0 ? job.done / job.total : 0;
  bar.value = job && !isActive(job) ? 2 : part.sent / Math.max(file.size, 1) + done;
}

function isOver({ jobId }) {
  const job = known.jobs.get(jobId);
  return jobId === "" || (job !== undefined && !isActive(job));
}

function drawPart(entry, part) {
  const [rows, state] = entry.children;
  rows.textContent = part.rows === null ? "All rows" : `Rows ${number(part.first)} to ${number(part.first + part.rows - 1)}`;
  state.textContent = partWords(part);
  if (known.jobs.has(part.jobId)) state.href = `#${part.jobId}`;
}

function partWords(part) {
  const job = known.jobs.get(part.jobId);
  if (job && part.state === "sent") return job.total > 0 ? `${statusWords(job)}, ${percent(job)}` : statusWords(job);
  if (part.state === "sending" && part.sent > 0) return `uploading, ${percent({ done: part.sent, total: importing.upload.file.size })}`;
  return part.counts ? "done before" : part.state;
}

/** Show once what became of all rows, and fetch those that failed; of a file that was not even read, why. */
async function showResult() {
  const { upload, choices } = importing;
  const key = upload.parts[0].key;
  if (result.key === key) return;
  result.key = key;
  const counts = {};
  for (const part of upload.parts) {
    for (const [code, count] of Object.entries(known.jobs.get(part.jobId)?.counts ?? part.counts)) {
      counts[code] = (counts[code] ?? 0) + count;
    }
  }
  const parts = breakdown(upload.door, counts);
  const rows = parts.reduce((sum, { count }) => sum + count, 0);
  const unread = upload.asFile && rows === 0;
  write("result-title", unread ? "Nothing was done" : choices.dryRun ? "Checked: nothing was written" : "Result");
  byId("result-rows").replaceChildren(...parts.map((part) => legendRow(part, rows)));
  show("result-table", parts.length > 0);
  show("result", true);
  show("for-real", Boolean(choices.dryRun) && !unread);
  show("result-files", upload.asFile && !unread);
  const failed = failedCount(upload.door, counts);
  show("save-failed-file", failed > 0);
  if (unread) return complain("result-fault", known.jobs.get(upload.parts[0].jobId).error ?? "The job was cancelled.");
  await busily("save-failed", "result-fault", () => fetchFailures(upload, failed));
}

async function fetchFailures(upload, failed) {
  const listed = failed > 0 && upload.isWhole && upload.rows <= MOST_ROWS;
  show("result-failures", listed);
  show("save-failed", !upload.asFile);
  if (failed === 0) return write("result-note", "No row failed.");
  if (upload.asFile) {
    write("result-note", "The files of results are being written …");
    await resultsAddress(upload.parts[0].jobId);
  }
  result.failures = [];
  if (!listed) return write("result-note", failedNote(failed));
  for (const part of upload.parts) {
    const job = known.jobs.get(part.jobId);
    const found = job ? await patiently(() => failedItems(job)) : part.failures.map(withNumber);
    result.failures.push(...placed(found, { part, upload }));
  }
  drawFailures(result.failures, "result-failed-rows", "result-more");
  write("result-note", failedNote(failed));
}

const failedNote = (failed) => `${counted(failed, "row")} failed: save them, correct them and drop the file here again.`;

/** Save a file of results: of all rows, or of those that failed, as they were sent. */
async function saveResults(outcome, button) {
  const { jobId } = importing.upload.parts[0];
  await busily(button, "result-fault", async () => saveFrom(await resultsAddress(jobId, outcome)));
}

const withNumber = (failure) => ({ ...failure, number: failure.number ?? failure.position + 1 });

/** Save the failed rows of all parts. */
function saveFailed() {
  const { upload } = importing;
  save(`${upload.name.replace(/(\.failed)?\.[^.]*$/, "")}.failed.csv`, "text/csv", failuresFile(result.failures, upload));
}

/** After a check: import the same file with the same choices. */
function importForReal() {
  byId("dry-run").checked = false;
  forgetResult();
  replan({});
  byId("send").focus();
  return sendUpload();
}

function forgetResult() {
  Object.assign(result, { key: "", failures: [] });
  write("result-note", "");
  complain("result-fault", "");
  drawFailures([], "result-failed-rows", "result-more");
  show("result", false);
}

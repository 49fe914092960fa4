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
  const { header, parts, rows, shape } = importing.upload;
  const requests = parts.length === 1 ? "" : `, in ${parts.length} requests`;
  const parted = header.length > 1 ? `, with ${DELIMITER_NAMES[shape.delimiter]} between them` : "";
  write("preview-size", `${counted(rows, "row")}, ${counted(header.length, "column")}${parted}${requests}`);
  byId("parts").replaceChildren(...parts.map(() => element("li", {}, element("span"), " ", element("a"))));
  drawLeftOut(importing.upload);
  complain("columns-fault", mappingFault(importing.upload)?.words ?? "");
  drawSending();
}

/** Bring the state of the parts up to date. */
function drawSending() {
  const { upload, sending } = importing;
  show("drop", !sending);
  if (!upload) return lockChoices(false);
  const left = upload.parts.filter(({ state }) => state !== "sent");
  const begun = sending || left.length < upload.parts.length;
  lockChoices(begun); // all parts are sent with the same
  byId("send").disabled = sending || (begun && left.length === 0);
  write("send", begun ? restWords(left.length) : `${sendWords(upload)} ${counted(upload.rows, "row")}`);
  show("another", !sending);
  upload.parts.forEach((part, at) => drawPart(byId("parts").children[at], part));
  if (begun && !sending && left.length === 0 && upload.parts.every(isOver)) showResult();
}

function lockChoices(locked) {
  const choices = [byId("fields"), byId("door"), ...byId("columns").querySelectorAll("select")];
  for (const one of choices) one.disabled = locked;
}

const SEND_WORDS = { import: "Import", enrol: "Register", earn: "Issue to" };
const sendWords = ({ door }) => (door === "import" && byId("dry-run").checked ? "Check" : SEND_WORDS[door]);
const restWords = (left) => (left > 0 ? "Send the rest" : "All rows are sent");

function isOver({ jobId }) {
  const job = known.jobs.get(jobId);
  return jobId === "" || (job !== undefined && !isActive(job));
}

function drawPart(entry, part) {
  const [rows, state] = entry.children;
  rows.textContent = `Rows ${number(part.first)} to ${number(part.first + part.rows - 1)}`;
  state.textContent = partWords(part);
  if (known.jobs.has(part.jobId)) state.href = `#${part.jobId}`;
}

function partWords(part) {
  const job = known.jobs.get(part.jobId);
  if (job) return `${statusWords(job)}, ${percent(job)}`;
  return part.counts ? "done before" : part.state;
}

/** Show once what became of all rows, and fetch those that failed. */
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
  write("result-title", choices.dryRun ? "Checked: nothing was written" : "Result");
  byId("result-rows").replaceChildren(...parts.map((part) => legendRow(part, upload.rows)));
  show("result", true);
  show("for-real", Boolean(choices.dryRun));
  await busily("save-failed", "result-fault", () => fetchFailures(upload, failedCount(upload.door, counts)));
}

async function fetchFailures(upload, failed) {
  show("result-failures", failed > 0);
  if (failed === 0) return write("result-note", "No row failed.");
  result.failures = [];
  for (const part of upload.parts) {
    const job = known.jobs.get(part.jobId);
    const found = job ? await patiently(() => failedItems(job)) : part.failures.map(withNumber);
    result.failures.push(...placed(found, { part, upload }));
  }
  drawFailures(result.failures, "result-failed-rows", "result-more");
  write("result-note", `${counted(failed, "row")} failed: save them, correct them and drop the file here again.`);
}

const withNumber = (failure) => ({ ...failure, number: failure.number ?? failure.position + 1 });

/** Save the failed rows of all parts. */
function saveFailed() {
  const { upload } = importing;
  save(`${upload.name.replace(/(\.failed)?\.[^.]*$/, "")}.failed.csv`, "text/csv", failuresFile(result.failures, upload));
}

/** After a check: make the same file ready to be imported. */
function importForReal() {
  byId("dry-run").checked = false;
  forgetResult();
  replan({});
  byId("send").focus();
}

function forgetResult() {
  Object.assign(result, { key: "", failures: [] });
  write("result-note", "");
  drawFailures([], "result-failed-rows", "result-more");
  show("result", false);
}

"use strict";
/* An import: a file is chosen or dropped, looked at, and sent part by part. */

/* `sent` has the rows of each job that was sent from here, for its failed rows. */
const importing = { upload: null, choices: {}, sending: false, sent: new Map() };

/** Read a file and show what is in it, or what is wrong with it. */
async function chooseFile(file) {
  if (!file || importing.sending) return;
  importing.upload = null;
  complain("import-fault", "");
  try {
    importing.upload = await readUpload(file);
  } catch (error) {
    complain("import-fault", error.message);
  }
  byId("file").value = ""; // the same file, corrected, can be chosen again
  drawUpload();
  if (importing.upload) byId("preview-title").focus();
}

/** Send the parts that have not been sent, one after the other; a part that is refused stops the rest. */
async function sendUpload() {
  if (importing.sending) return;
  if (!byId("fields").disabled) importing.choices = Object.fromEntries(new FormData(byId("choices")));
  importing.sending = true;
  complain("import-fault", "");
  drawSending();
  try {
    for (const part of importing.upload.parts.filter(({ state }) => state !== "sent")) await send(part);
    announce("All rows are sent.");
  } catch (error) {
    if (!session.ended.signal.aborted) complain("import-fault", error.message);
  } finally {
    importing.sending = false;
    drawSending();
  }
}

async function send(part) {
  part.state = "sending";
  drawSending();
  try {
    const { job_id: jobId = "", customers: counts } = await sendPart(part, importing.upload, importing.choices);
    Object.assign(part, { jobId, counts, state: "sent" }); // counts come with a part that is sent again after it was done
  } catch (error) {
    part.state = "not sent";
    throw error;
  }
  drawSending();
  if (!part.jobId) return;
  const { header, shape, reasonsAt } = importing.upload;
  importing.sent.set(part.jobId, { text: part.text, upload: { header, shape, reasonsAt } });
  await patiently(() => fetchJob(part.jobId));
  pollSoon();
}

/** Forget the file, and what was typed for it. */
function forgetUpload() {
  importing.upload = null;
  byId("choices").reset();
  complain("import-fault", "");
  drawUpload();
}

/** Forget all that was sent, too. */
function forgetImports() {
  importing.sent.clear();
  forgetUpload();
}

/** Show a file that was chosen. */
function drawUpload() {
  const { upload } = importing;
  show("preview", upload !== null);
  if (!upload) return;
  const { name, header, parts, rows, sample } = upload;
  const requests = parts.length === 1 ? "" : `, in ${parts.length} requests`;
  write("preview-title", name);
  write("preview-size", `${counted(rows, "row")}, ${counted(header.length, "column")}${requests}`);
  byId("preview-head").replaceChildren(...tableRows([header.map((cell) => cell || "(not read)")], "th"));
  byId("preview-rows").replaceChildren(...tableRows(sample));
  byId("parts").replaceChildren(...parts.map(() => element("li", {}, element("span"), " ", element("a"))));
  drawSending();
}

/** Bring the state of the parts up to date. */
function drawSending() {
  const { upload, sending } = importing;
  show("drop", !sending);
  if (!upload) return;
  const left = upload.parts.filter(({ state }) => state !== "sent");
  const begun = sending || left.length < upload.parts.length;
  byId("fields").disabled = begun; // all parts are sent with the same choices
  byId("send").disabled = sending || left.length === 0;
  write("send", begun ? restWords(left.length) : `Import ${counted(upload.rows, "row")}`);
  show("another", !sending);
  upload.parts.forEach((part, at) => drawPart(byId("parts").children[at], part));
}

const restWords = (left) => (left > 0 ? "Send the rest" : "All rows are sent");

function drawPart(entry, part) {
  const [rows, state] = entry.children;
  rows.textContent = `Rows ${number(part.first)} to ${number(part.first + part.rows - 1)}`;
  state.textContent = partWords(part);
  if (known.jobs.has(part.jobId)) state.href = `#${part.jobId}`;
}

function partWords(part) {
  const job = known.jobs.get(part.jobId);
  if (job) return `${job.status}, ${percent(job)}`;
  if (!part.counts) return part.state;
  return Object.entries(part.counts).map(([outcome, count]) => `${number(count)} ${outcome}`).join(", ");
}

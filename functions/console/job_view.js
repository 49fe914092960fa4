"use strict";
/* One job: its progress, its outcomes, its failed rows; cancelling it, trying it again, and taking it back. */

const LOST = "Whoever sent this job stopped half-way. The same request, sent again, completes it.";
const DRY_RUN = "A dry run only checks: nothing was written, so there is nothing to undo.";
const NO_UNDO = {
  none: "This job can't be undone: no undo state was kept.",
  expired: "This job can't be undone any more: undo states are kept for a week.",
};

const CANCEL_NOTE =
  "What is under way ends, and nothing more is begun. What was done stays, and can be undone then. " +
  "The rest can be tried again in this job.";

const UNDO_NOTE =
  "What the job made or changed is taken back, item by item. What others have built on or changed since is kept. " +
  "The undo is a job of its own and can't be undone itself.";

/* Of a job, or of a request that was done without one. */
const JOB_ID = /^[0-9a-f]{32}$/;
const NO_JOB = "Either a request did at once what it was for, without a job, or it was a job of more than a week ago.";

const opened = { id: "", failures: null };

/** Show a job (none for an empty id), asking for it where it is not known yet. */
async function openJob(id) {
  Object.assign(opened, { id, failures: null });
  for (const told of ["job-fault", "no-job"]) complain(told, "");
  show("failures", false);
  show("job-body", known.jobs.has(id));
  if (id === "" || known.jobs.has(id)) return;
  write("job-title", "Job");
  try {
    await fetchJob(id);
    pollSoon();
  } catch (error) {
    if (opened.id !== id) return;
    if (error.status !== 404 || !JOB_ID.test(id)) return complain("job-fault", error.message);
    write("job-title", "Job or request");
    complain("no-job", `There is no job ${id}. ${NO_JOB}`);
  }
}

/** Bring the open job up to date. */
function drawJob() {
  const job = known.jobs.get(opened.id);
  if (!job) return;
  show("job-body", true);
  write("job-title", operationName(job));
  const name = job.label ?? job.file ?? "";
  write("job-label", name);
  show("job-label", name !== "");
  write("job-id", job.job_id);
  drawStatus(byId("job-status"), statusWords(job));
  drawRelated(job.links);
  drawProgress(byId("job-progress"), job);
  write("job-done", `${progressWords(job)} (${percent(job)})`);
  write("job-pace", pace(job));
  write("job-times", times(job));
  drawBreakdown(breakdown(job.operation, job.counts), job.total);
  drawActions(job);
}

/** The way between a job and its undo. */
function drawRelated({ undoes, undone_by: undoneBy }) {
  const words = undoes ? "Takes back" : "Taken back by";
  const id = (undoes ?? undoneBy ?? "").split("/").pop();
  const link = element("a", { href: `#${id}` }, `job ${id.slice(0, 8)}`);
  if (byId("job-related").querySelector("a")?.hash !== link.hash) byId("job-related").replaceChildren(`${words} `, link);
  show("job-related", id !== "");
}

function drawProgress(bar, job) {
  bar.hidden = !isActive(job);
  bar.max = Math.max(job.total, 1);
  bar.value = job.done;
}

function drawActions(job) {
  const failed = failedCount(job.operation, job.counts);
  show("show-failures", failed > 0 && hasResults(job) && !opened.failures && !isLarge(job));
  show("download-failed", failed > 0 && hasResults(job) && Boolean(job.file));
  write("show-failures", `Show ${counted(failed, "failed row")}`);
  show("download-reply", hasResults(job));
  show("retry", job.retry === "available" && mayChange(job));
  show("cancel", ["uploading", "splitting", "queued", "running"].includes(job.status) && job.operation !== "undo" && mayChange(job));
  show("undo", hasEnded(job) && job.undo === "available" && mayChange(job));
  complain("job-note", note(job));
}

/** Whether a job has more rows than are looked through here. */
const isLarge = (job) => Boolean(job.file) && job.total > MOST_ROWS;

const hasEnded = (job) => ["done", "cancelled"].includes(job.status);
const hasResults = (job) => hasEnded(job) || job.status === "undone";

/** What a reader might wonder about. */
function note(job) {
  if (job.status === "failed") return job.error ?? LOST;
  if (job.status === "done" && job.dry_run) return DRY_RUN;
  return hasEnded(job) && job.operation !== "undo" ? (NO_UNDO[job.undo] ?? "") : "";
}

function times(job) {
  const end = job.finished_at ? `, finished ${moment(job.finished_at)}` : "";
  return `Submitted ${moment(job.submitted_at)}${end}`;
}

/** How fast it went, or how long it may take yet. */
function pace(job) {
  const spent = (job.finished_at ? Date.parse(job.finished_at) : Date.now()) - Date.parse(job.submitted_at);
  if (job.finished_at) return `took ${duration(spent)}`;
  if (!isActive(job) || job.done === 0 || spent <= 0) return "";
  return `about ${duration((spent / job.done) * (job.total - job.done))} left`;
}

/** Fetch the failed rows and show them. */
async function showFailures() {
  const job = known.jobs.get(opened.id);
  await busily("show-failures", "job-fault", async () => {
    const source = importing.sent.get(job.job_id);
    const failures = placed(await patiently(() => failedItems(job)), source);
    if (opened.id !== job.job_id) return;
    opened.failures = failures;
    write("failed-place", source ? "Line" : "Row");
    drawFailures(failures, "failed-rows", "failed-more");
    show("failures", true);
    byId("failures-title").focus();
  });
}

/** Save the failed rows; those that were sent from this page as they were sent. */
function downloadFailures() {
  save(`failed-${opened.id}.csv`, "text/csv", failuresFile(opened.failures, importing.sent.get(opened.id)?.upload));
}

/** Save the failed rows of a file's job as they were sent, ready to be corrected and sent again. */
async function downloadFailed() {
  const { job_id: id } = known.jobs.get(opened.id);
  await busily("download-failed", "job-fault", async () => saveFrom(await resultsAddress(id, "failed")));
}

/** Save the reply that a waiting client would have had, or the results of a file, which are a file. */
async function downloadReply() {
  const job = known.jobs.get(opened.id);
  await busily("download-reply", "job-fault", async () => {
    if (job.file) return saveFrom(await resultsAddress(job.job_id));
    const response = await patiently(() => call("GET", `/jobs/${opened.id}/results`));
    const type = response.headers.get("Content-Type");
    save(`reply-${opened.id}.${type.includes("xml") ? "xml" : "json"}`, type, await response.text());
  });
}

/** The address of a file job's results, once they are written: of all rows, or of those that failed. */
async function resultsAddress(jobId, outcome = "all") {
  const { signal } = session.ended;
  const path = `/jobs/${jobId}/results?redirect=false${outcome === "all" ? "" : `&outcome=${outcome}`}`;
  for (;;) {
    const response = await patiently(() => call("GET", path));
    if (response.status !== 202) return (await response.json()).url;
    await pause(1_000 * Number(response.headers.get("Retry-After")));
    if (signal.aborted) throw new ApiError(0, "You have signed out");
  }
}

/** Stop the job, if the answer to a question is yes. */
async function cancel() {
  const job = known.jobs.get(opened.id);
  const yes = await confirmed({
    title: "Cancel this job?",
    what: `${operationName(job)} of ${counted(job.total, "item")}, ${number(job.done)} of them done`,
    note: CANCEL_NOTE,
    ...{ no: "Go on with the job", yes: "Cancel the job" },
  });
  if (yes) await change(job, "cancel");
}

/** Try those items again that were not done. */
async function retry() {
  await change(known.jobs.get(opened.id), "retry");
}

/** Have the job cancelled or retried, and watch it. */
async function change(job, what) {
  await busily(what, "job-fault", async () => {
    await patiently(() => call("POST", `/jobs/${job.job_id}/${what}`));
    await fetchJob(job.job_id);
    opened.failures = null;
    show("failures", false);
    pollSoon();
  });
}

/** Take the job back, if the answer to a question is yes: that is a job of its own, which is opened. */
async function undo() {
  const job = known.jobs.get(opened.id);
  const yes = await confirmed({
    title: "Undo this job?",
    what: `${operationName(job)} of ${counted(job.total, "item")}, submitted ${moment(job.submitted_at)}`,
    note: UNDO_NOTE,
    ...{ no: "Keep the job", yes: "Undo the job" },
  });
  if (!yes) return;
  const headers = { "Idempotency-Key": idempotencyKey() };
  await busily("undo", "job-fault", async () => {
    const begun = await (await patiently(() => call("POST", `/jobs/${job.job_id}/undo`, { headers }))).json();
    await fetchJob(job.job_id);
    location.hash = begun.job_id;
    pollSoon();
  });
}

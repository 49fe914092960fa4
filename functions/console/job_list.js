"use strict";
/* The list of jobs, one link each, and which of them it shows. */

const OPERATIONS = {
  ...{ enrol: "Registration", import: "Import", earn: "Earn", revoke: "Revocation", undo: "Undo" },
  ...{ leave: "Leaving", erase: "Erasure" },
};
const PARTLY = "done with failures";
const STATUSES = ["uploading", "splitting", "queued", "running", "done", PARTLY, "failed", "cancelling", "cancelled", "undoing", "undone"];

const operationName = (job) => (OPERATIONS[job.operation] ?? job.operation) + (job.dry_run ? " (dry run)" : "");
const percent = ({ done, total }) => `${total === 0 ? 100 : Math.floor((100 * done) / total)} %`;
const progressWords = (job) => `${number(job.done)} of ${number(job.total)}`;
const doneWords = (job) => (job.done === job.total ? number(job.total) : progressWords(job));
const failedWords = (failed) => (failed > 0 ? `, ${number(failed)} failed` : "");

/** Bring the list up to date; entries stay the same elements, so that the focus stays where it is. */
function drawList(openId) {
  const list = byId("jobs");
  const fitting = jobsInOrder().filter(fits);
  const entries = fitting.map((job) => drawEntry(entryOf(job), job, openId));
  entries.forEach((entry, at) => {
    if (list.children[at] !== entry) list.insertBefore(entry, list.children[at] ?? null);
  });
  while (list.children.length > entries.length) list.lastChild.remove();
  show("filters", known.jobs.size > 0);
  show("no-jobs", known.jobs.size === 0);
  show("none-fits", known.jobs.size > 0 && entries.length === 0);
  show("older", known.next !== null);
}

/** Whether the filters let a job through: its id or name by how it begins. */
function fits(job) {
  const [operation, status] = [byId("of-operation").value, byId("of-status").value];
  const start = byId("of-id").value.trim().toLowerCase();
  return (
    [job.job_id, job.label ?? ""].some((name) => name.toLowerCase().startsWith(start)) &&
    (operation === "" || job.operation === operation) &&
    (status === "" || statusWords(job) === status)
  );
}

/** What the filters offer. */
function drawFilters() {
  const all = (words, pairs) => options([["", words], ...pairs]);
  byId("of-operation").replaceChildren(...all("Every kind", Object.entries(OPERATIONS)));
  byId("of-status").replaceChildren(...all("Every status", STATUSES.map((one) => [one, one])));
}

/** Where a job stands, in words: one that is done but for failures says so. */
const statusWords = ({ status, operation, counts }) =>
  status === "done" && failedCount(operation, counts) > 0 ? PARTLY : status;

function entryOf(job) {
  return byId(`entry-${job.job_id}`) ?? newEntry(job);
}

function newEntry(job) {
  const first = element("span", { class: "line" }, element("strong"), " ", element("span", { class: "status" }));
  const bar = document.createElementNS(SVG, "svg"); // what it shows is said in words below it
  bar.setAttribute("aria-hidden", "true");
  const time = element("time", { datetime: job.submitted_at }, shortMoment(job.submitted_at));
  const second = element("span", { class: "line small" }, element("span", { class: "done" }), " ", time);
  const name = job.label === null ? [] : [element("span", { class: "label small" }, job.label)];
  const link = element("a", { href: `#${job.job_id}` }, first, ...name, bar, second);
  return element("li", { id: `entry-${job.job_id}` }, link);
}

function drawEntry(entry, job, openId) {
  entry.querySelector("strong").textContent = operationName(job);
  drawStatus(entry.querySelector(".status"), statusWords(job));
  entry.querySelector("svg").replaceChildren(...bars(breakdown(job.operation, job.counts), job.total));
  entry.querySelector(".done").textContent = doneWords(job) + failedWords(failedCount(job.operation, job.counts));
  const link = entry.firstChild;
  if (job.job_id === openId) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
  return entry;
}

function drawStatus(badge, status) {
  badge.textContent = status;
  badge.dataset.status = status;
}

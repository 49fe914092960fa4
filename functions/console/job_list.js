"use strict";
/* The list of jobs, one link each. */

const OPERATIONS = { enrol: "Registration", import: "Import", earn: "Earn", revoke: "Revocation", undo: "Undo" };

const percent = ({ done, total }) => `${total === 0 ? 100 : Math.floor((100 * done) / total)} %`;
const progressWords = (job) => `${number(job.done)} of ${number(job.total)}`;
const doneWords = (job) => (job.done === job.total ? number(job.total) : progressWords(job));
const failedWords = (failed) => (failed > 0 ? `, ${number(failed)} failed` : "");

/** Bring the list up to date; entries stay the same elements, so that the focus stays where it is. */
function drawList(openId) {
  const list = byId("jobs");
  const entries = jobsInOrder().map((job) => drawEntry(entryOf(job), job, openId));
  entries.forEach((entry, at) => {
    if (list.children[at] !== entry) list.insertBefore(entry, list.children[at] ?? null);
  });
  while (list.children.length > entries.length) list.lastChild.remove();
  show("no-jobs", entries.length === 0);
  show("older", known.next !== null);
}

function entryOf(job) {
  return byId(`entry-${job.job_id}`) ?? newEntry(job);
}

function newEntry(job) {
  const first = element("span", { class: "line" }, element("strong"), " ", element("span", { class: "status" }));
  const bar = document.createElementNS(SVG, "svg"); // what it shows is said in words below it
  bar.setAttribute("aria-hidden", "true");
  const time = element("time", { datetime: job.submitted_at }, shortMoment(job.submitted_at));
  const second = element("span", { class: "line small" }, element("span", { class: "done" }), " ", time);
  const link = element("a", { href: `#${job.job_id}` }, first, bar, second);
  return element("li", { id: `entry-${job.job_id}` }, link);
}

function drawEntry(entry, job, openId) {
  entry.querySelector("strong").textContent = OPERATIONS[job.operation];
  drawStatus(entry.querySelector(".status"), job.status);
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

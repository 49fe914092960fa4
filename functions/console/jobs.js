"use strict";
/* The jobs that this page knows, kept current by polling that slows down while nothing changes. */

const SOONEST = 1_000;
const LATEST = { active: 10_000, idle: 30_000, failing: 60_000 };
/* More active jobs than these are asked for with one call for the whole list. */
const ASKED_SINGLY = 4;
/* Polls. */
const WHOLE_LIST_EVERY = 5;

const known = { jobs: new Map(), next: null };
const polling = { timer: 0, round: 0, delay: SOONEST, polls: 0 };

const isActive = (job) => ["uploading", "splitting", "queued", "running", "cancelling", "undoing"].includes(job.status);

/** Newest first. */
const jobsInOrder = () =>
  [...known.jobs.values()].sort((one, other) => other.submitted_at.localeCompare(one.submitted_at));

/** The newest jobs; an ApiError tells that the token won't do. */
async function fetchNewest() {
  const page = await fetchPage("");
  if (known.jobs.size <= page.jobs.length) known.next = page.next;
  return learn(page.jobs);
}

/** The jobs before those that are known. */
async function fetchOlder() {
  const page = await fetchPage(`?next=${encodeURIComponent(known.next)}`);
  known.next = page.next;
  return learn(page.jobs);
}

/** One job. */
async function fetchJob(id) {
  return learn([await (await call("GET", `/jobs/${encodeURIComponent(id)}`)).json()]);
}

/** Poll now, and from then on at first every second. */
function pollSoon() {
  stopPolling();
  polling.delay = SOONEST;
  polling.timer = setTimeout(poll, 0, polling.round);
}

/** Poll no more; a call that is under way has no successor. */
function stopPolling() {
  clearTimeout(polling.timer);
  polling.round += 1;
}

async function poll(round) {
  let changed = false;
  let fault = null;
  try {
    changed = await fetchCurrent();
  } catch (error) {
    fault = error;
  }
  if (round !== polling.round) return;
  if (fault?.status === 401) return signOut("The token is not valid any more.");
  polling.delay = nextDelay(changed, fault);
  polling.timer = setTimeout(poll, polling.delay, round);
  complain("connection", fault ? `${fault.message}. Trying again in ${duration(polling.delay)}.` : "");
  render();
}

function nextDelay(changed, fault) {
  if (fault) return Math.min(Math.max(2 * polling.delay, fault.wait ?? 0), LATEST.failing);
  const latest = jobsInOrder().some(isActive) ? LATEST.active : LATEST.idle;
  return changed ? SOONEST : Math.min(1.5 * polling.delay, latest);
}

/** The list, or between lists the active jobs alone; resolves to whether anything is new. */
async function fetchCurrent() {
  const active = jobsInOrder().filter(isActive);
  polling.polls += 1;
  const wholeList = active.length === 0 || active.length > ASKED_SINGLY || polling.polls % WHOLE_LIST_EVERY === 0;
  if (wholeList) return fetchNewest();
  const changes = await Promise.all(active.map((job) => fetchJob(job.job_id)));
  return changes.includes(true);
}

async function fetchPage(query) {
  return (await call("GET", `/jobs${query}`)).json();
}

function learn(jobs) {
  const changed = jobs.filter((job) => JSON.stringify(known.jobs.get(job.job_id)) !== JSON.stringify(job));
  for (const job of changed) {
    tellProgress(known.jobs.get(job.job_id), job);
    known.jobs.set(job.job_id, job);
  }
  return changed.length > 0;
}

/** Quarters and the end are read out; every percent would be noise. */
function tellProgress(before, job) {
  if (!before || !isActive(before)) return;
  const quarter = ({ done, total }) => Math.floor((4 * done) / total);
  if (!isActive(job)) announce(`${operationName(job)}: ${statusWords(job)}, ${number(job.done)} of ${counted(job.total, "item")}`);
  else if (quarter(job) > quarter(before)) announce(`${operationName(job)}: ${percent(job)}`);
}

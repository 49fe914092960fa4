"use strict";
/* The API as this page calls it. The token is in the variable below and nowhere else: no storage, cookie or URL. */

/* The stage, unless a domain hides it. */
const BASE = location.pathname.replace(/\/console\/?$/, "");
const ATTEMPTS = 6;

const session = { token: "", ended: new AbortController() };

/** A call that failed: the HTTP status (0 where nothing answered) and whether the same call may work later. */
class ApiError extends Error {
  constructor(status, message, retryAfter = null) {
    super(message);
    this.status = status;
    this.wait = Number(retryAfter ?? 0) * 1000 || 0;
    this.passing = retryAfter !== null || [0, 429, 502, 503, 504].includes(status);
  }
}

/** Use a token from now on. */
function beginSession(token) {
  session.token = token;
  session.ended = new AbortController();
}

/** Forget the token and give up the calls that are under way. */
function endSession() {
  session.token = "";
  session.ended.abort();
}

/** One call with the token; resolves to a Response with a status of success, else throws an ApiError. */
async function call(method, path, { body, headers = {} } = {}) {
  const signal = session.ended.signal;
  const options = { method, body, signal, cache: "no-store", credentials: "omit", redirect: "error" };
  options.headers = { Authorization: `Bearer ${session.token}`, ...headers };
  let response;
  try {
    response = await fetch(BASE + path, options);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(0, "The server can't be reached");
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Repeat a call that is safe to repeat while its fault is a passing one, waiting longer each time, in one session. */
async function patiently(attempt) {
  const { signal } = session.ended;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!error.passing || tries === ATTEMPTS) throw error;
      await pause(Math.max(error.wait, 500 * 2 ** tries * (0.5 + Math.random())));
      if (signal.aborted) throw error;
    }
  }
}

/** A key under which the server does a request once, however often it is sent. */
function idempotencyKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function refusal(response) {
  const text = await response.text().catch(() => "");
  return new ApiError(response.status, reason(text, response.status), response.headers.get("Retry-After"));
}

/** What an error's body says: problem+json of our own API, or the form of a vendor's or the gateway's. */
function reason(text, status) {
  try {
    const problem = JSON.parse(text);
    const told = problem.detail ?? problem.error_text ?? problem.message ?? problem.errors?.[0]?.message;
    return told ?? problem.title ?? `The server answered ${status}`;
  } catch {
    return `The server answered ${status}`;
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

"use strict";
/* Signing in and out, which view is open, and what the buttons do. */

/* By view: the section that shows it, whether it is offered, and what opens it. */
const VIEWS = {
  list: { offered: () => may("jobs:read") },
  customers: { offered: () => may("read"), open: openCustomer },
  programs: { offered: () => may("read"), open: openPrograms },
  import: { offered: () => doorsOffered().length > 0, open: openImport },
};

/** Try a token; it is kept when the server takes it. */
async function signIn() {
  const field = byId("token");
  complain("sign-in-fault", "");
  if (!/^[\x21-\x7e]+$/.test(field.value.trim())) {
    return complain("sign-in-fault", "A token is letters, digits and signs, without blanks.");
  }
  beginSession(field.value.trim());
  try {
    await fetchAccount();
    if (may("jobs:read")) await fetchNewest();
  } catch (error) {
    endSession();
    complain("sign-in-fault", error.message);
    return field.focus();
  }
  field.value = "";
  show("sign-in", false);
  for (const id of ["console", "views", "sign-out", "account"]) show(id, true);
  drawAccount();
  drawKinds();
  drawFilters();
  if (may("jobs:read")) pollSoon();
  openView();
}

/**
 * Forget the token and all that it let us see, by loading the page anew: whatever was shown, typed or chosen goes with
 * it. A customer's id leaves the address; a job's stays, for whoever signs in again. `why` is told then.
 */
function signOut(why = "") {
  document.body.hidden = true;
  endSession();
  stopPolling();
  importing.sending = false; // the upload was broken off: there is nothing to stay for
  history.replaceState({ why }, "", location.hash.replace(/^#customers\/.*/, "#customers"));
  location.reload();
}

/** Say why the last session ended, once. */
function tellWhy() {
  complain("sign-in-fault", history.state?.why ?? "");
  history.replaceState(null, "");
}

/** The view that the part of the address after # names, and the id of what it shows. */
function viewOf(hash) {
  const [name, ...rest] = hash.slice(1).split("/");
  if (name === "") return { view: "list", id: "" };
  return name in VIEWS ? { view: name, id: decoded(rest.join("/")) } : { view: "job", id: name };
}

/** A part of an address as text; one that was cut in the middle of a sign as it stands there. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Show what the address names; where that is nothing, the list of jobs beside the first thing that is offered. */
function openView() {
  if (byId("console").hidden) return;
  const { view, id } = viewOf(location.hash);
  byId("console").dataset.view = view;
  const beside = ["import", "customers"].find((one) => VIEWS[one].offered());
  const section = view === "list" ? beside : view;
  for (const one of ["job", "customers", "programs", "import"]) show(one, one === section && (VIEWS[one]?.offered() ?? may("jobs:read")));
  for (const name of Object.keys(VIEWS)) byId(`to-${name}`).toggleAttribute("data-here", name === view);
  complain("erased", "");
  openJob(view === "job" ? id : "");
  VIEWS[section]?.open?.(view === "list" ? "" : id);
  render();
  if (view !== "list" && id === "") byId(`${view}-title`).focus();
  else if (view === "job") byId("job-title").focus();
}

/** Bring everything on the page up to date. */
function render() {
  if (byId("console").hidden) return;
  drawList(opened.id);
  drawJob();
  drawSending();
}

/** Do something while its button can't be pressed again; what fails is told. */
async function busily(buttonId, faultId, work) {
  const button = byId(buttonId);
  if (button.hasAttribute("aria-disabled")) return;
  complain(faultId, "");
  button.setAttribute("aria-disabled", "true");
  try {
    await work();
  } catch (error) {
    if (!session.ended.signal.aborted) complain(faultId, error.message);
  } finally {
    button.removeAttribute("aria-disabled");
    render();
  }
}

/** Run an action instead of the browser's own. */
function on(id, event, action) {
  byId(id).addEventListener(event, (happened) => {
    happened.preventDefault();
    action(happened);
  });
}

on("sign-in-form", "submit", signIn);
on("sign-out", "click", () => signOut());
on("older", "click", () => busily("older", "connection", fetchOlder));
for (const id of ["of-id", "of-operation", "of-status"]) on(id, "input", render);
on("show-failures", "click", showFailures);
on("download-failures", "click", downloadFailures);
on("download-reply", "click", downloadReply);
on("download-failed", "click", downloadFailed);
on("retry", "click", retry);
on("cancel", "click", cancel);
on("undo", "click", undo);
on("confirm-no", "click", () => byId("confirm").close("no"));
on("confirm-yes", "click", () => byId("confirm").close("yes"));
on("find", "submit", findCustomer);
on("erase", "click", erase);
on("door", "change", drawDoor);
on("file", "change", () => chooseFile(byId("file").files[0]));
on("preview-head", "change", chooseField);
on("choices", "submit", sendUpload);
byId("dry-run").addEventListener("change", drawSending);
on("another", "click", forgetUpload);
on("save-failed", "click", saveFailed);
on("save-all-file", "click", () => saveResults("all", "save-all-file"));
on("save-failed-file", "click", () => saveResults("failed", "save-failed-file"));
on("for-real", "click", importForReal);
on("console", "dragover", () => byId("drop").classList.add("over"));
on("console", "dragleave", () => byId("drop").classList.remove("over"));
on("console", "drop", ({ dataTransfer }) => {
  byId("drop").classList.remove("over");
  if (!VIEWS.import.offered()) return;
  location.hash = "import";
  chooseFile(dataTransfer.files[0]);
});

addEventListener("hashchange", openView);
addEventListener("visibilitychange", () => {
  if (session.token && may("jobs:read") && !document.hidden) pollSoon();
  else stopPolling();
});
addEventListener("beforeunload", (leaving) => {
  if (importing.sending) leaving.preventDefault();
});
tellWhy();
byId("token").focus();

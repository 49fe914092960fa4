"use strict";
/* Signing in and out, which view is open, and what the buttons do. */

const VIEWS = { "": "list", import: "import" };

/** Try a token; it is kept when the server takes it. */
async function signIn() {
  const field = byId("token");
  complain("sign-in-fault", "");
  if (!/^[\x21-\x7e]+$/.test(field.value.trim())) {
    return complain("sign-in-fault", "A token is letters, digits and signs, without blanks.");
  }
  beginSession(field.value.trim());
  try {
    await fetchNewest();
  } catch (error) {
    endSession();
    complain("sign-in-fault", error.message);
    return field.focus();
  }
  field.value = "";
  showSession(true);
  pollSoon();
  openView();
}

/** Forget the token and all that it let us see. */
function signOut(why = "") {
  endSession();
  forgetJobs();
  forgetImports();
  complain("connection", "");
  showSession(false);
  drawList("");
  complain("sign-in-fault", why);
  byId("token").focus();
}

function showSession(open) {
  show("sign-in", !open);
  for (const id of ["console", "views", "sign-out"]) show(id, open);
}

/** Show what the part of the address after # names: a job, the import, or nothing but the list. */
function openView() {
  if (byId("console").hidden) return;
  const name = location.hash.slice(1);
  const view = VIEWS[name] ?? "job";
  byId("console").dataset.view = view;
  show("job", view === "job");
  show("import", view !== "job");
  openJob(view === "job" ? name : "");
  render();
  if (view !== "list") byId(`${view}-title`).focus();
}

/** Bring everything on the page up to date. */
function render() {
  if (byId("console").hidden) return;
  drawList(opened.id);
  drawJob();
  drawSending();
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
on("older", "click", () => busily("older", fetchOlder));
on("show-failures", "click", showFailures);
on("download-failures", "click", downloadFailures);
on("download-reply", "click", downloadReply);
on("undo", "click", askUndo);
on("confirm-no", "click", () => byId("confirm").close());
on("confirm-yes", "click", () => {
  byId("confirm").close();
  undo();
});
on("file", "change", () => chooseFile(byId("file").files[0]));
on("choices", "submit", sendUpload);
on("another", "click", forgetUpload);
on("console", "dragover", () => byId("drop").classList.add("over"));
on("console", "dragleave", () => byId("drop").classList.remove("over"));
on("console", "drop", ({ dataTransfer }) => {
  byId("drop").classList.remove("over");
  location.hash = "import";
  chooseFile(dataTransfer.files[0]);
});

addEventListener("hashchange", openView);
addEventListener("visibilitychange", () => {
  if (session.token && !document.hidden) pollSoon();
  else stopPolling();
});
addEventListener("beforeunload", (leaving) => {
  if (importing.sending) leaving.preventDefault();
});
byId("token").focus();

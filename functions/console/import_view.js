"use strict";
/* A file is chosen or dropped, looked at, and sent to one of the doors: as it is, or part by part. */

/* `sent` has the part and the upload of each job that was sent from here, for its failed rows. */
const importing = { upload: null, choices: {}, sending: false, sent: new Map() };

const doorsOffered = () => Object.entries(DOORS).filter(([, { offered }]) => offered());

/** Offer what a file can be sent to. */
async function openImport() {
  const offered = doorsOffered();
  const chosen = byId("door").value;
  byId("door").replaceChildren(...options(offered.map(([door, { words }]) => [door, words]), chosen));
  const sources = [...SOURCES, ...MORE_SOURCES].map((one) => [one, one]);
  if (byId("source").length === 0) byId("source").replaceChildren(...options(sources));
  try {
    await fetchCatalogue();
  } catch (error) {
    complain("import-fault", error.message);
  }
  if (!catalogue.drawn) drawPickers();
  drawDoor();
}

/** What can be chosen of the catalogue; where that may not be read, fields to write ids into. */
function drawPickers() {
  const active = (list) => list.filter((one) => one.active);
  const { programs, promotions } = catalogue;
  const typed = (name, hint) => element("input", { id: name, name, placeholder: hint, autocomplete: "off", spellcheck: "false" });
  const select = (name, pairs) => {
    const made = element("select", { id: name, name });
    made.append(...options([["", "Choose one"], ...pairs]));
    return made;
  };
  byId("programs-choice").replaceChildren(
    ...(programs ? active(programs).map(programBox) : [element("label", { for: "programs-typed" }, "Ids, a comma between them"), typedPrograms()]),
  );
  byId("program-choice").replaceChildren(
    programs ? select("program", active(programs).map(({ program }) => [program, nameOf(program)])) : typed("program", "its id"),
  );
  byId("promotion-choice").replaceChildren(
    promotions
      ? select("promotion", active(promotions).map((one) => [`${one.program}/${one.promotion}`, `${promotionName(one.promotion)} of ${nameOf(one.program)}`]))
      : typed("promotion", "program/promotion, such as 469/56799"),
  );
  show("no-program-to-choose", programs !== null && active(programs).length === 0);
  catalogue.drawn = true;
}

function programBox({ program }) {
  return element("label", { class: "choice" }, element("input", { type: "checkbox", name: "programs", value: program }), nameOf(program));
}

const typedPrograms = () => element("input", { id: "programs-typed", name: "programs", autocomplete: "off", spellcheck: "false" });

/** Show what belongs to the door that is chosen. */
function drawDoor() {
  const door = byId("door").value;
  for (const one of document.querySelectorAll("[data-door]")) one.hidden = one.dataset.door !== door;
  if (importing.upload && importing.upload.door !== door) replan({ door, fields: guess(importing.upload.header, door) });
  drawSending();
}

/* Of a job: the API takes printable ASCII. */
const NO_LABEL = /[^ -~]/;

/** Read a file and show what is in it, or what is wrong with it. */
async function chooseFile(file) {
  if (!file || importing.sending) return;
  importing.upload = null;
  complain("import-fault", "");
  try {
    importing.upload = await readUpload(file);
    const door = byId("door").value;
    plan(importing.upload, { door, fields: guess(importing.upload.header, door) });
  } catch (error) {
    complain("import-fault", error.message);
  }
  byId("file").value = ""; // the same file, corrected, can be chosen again
  drawUpload();
  if (!importing.upload) return;
  byId("send-label").value = importing.upload.name.split(NO_LABEL).join("_").slice(0, byId("send-label").maxLength);
  byId("preview-title").focus();
}

/** Cut the file anew, after a choice that changes what is sent. */
function replan(changes) {
  plan(importing.upload, changes);
  drawUpload();
}

/** Take what a column becomes. */
function chooseField({ target }) {
  if (!target.dataset.column) return;
  const fields = [...importing.upload.fields];
  fields[target.dataset.column] = target.value;
  plan(importing.upload, { fields });
  drawParts();
  byId(target.id).focus();
}

/** The choices beside the file; null where one is missing, which is then told beside it. */
function readChoices() {
  const { upload } = importing;
  const form = new FormData(byId("choices"));
  const choices = { label: trimmed(form.get("label")), ...CHOICES[upload.door](form) };
  if (NO_LABEL.test(choices.label)) choices.missing ||= ["send-label", "Only plain letters, digits and signs."];
  const { at, words } = mappingFault(upload) ?? { words: "" };
  complain("columns-fault", words);
  for (const id of ["programs-field", "program-field", "promotion-field", "send-label"]) complainAt(id, "");
  if (words !== "") byId(`column-${at}`).focus();
  else if (choices.missing) complainAt(...choices.missing);
  return words === "" && !choices.missing ? choices : null;
}

/* By door: what is chosen, and what is missing of it, with the field that it is told beside. */
const CHOICES = {
  import: (form) => {
    const programs = form.getAll("programs").flatMap((text) => text.split(",")).map(trimmed).filter(Boolean);
    const missing = programs.length === 0 && ["programs-field", "Choose at least one program that the customers join."];
    const [dryRun, noUndo] = [form.has("dry_run"), form.has("no_undo")];
    return { programs, overwrite: form.get("overwrite"), dryRun, noUndo, missing };
  },
  enrol: (form) => {
    const program = trimmed(form.get("program"));
    return { program, missing: program === "" && ["program-field", "Choose the program."] };
  },
  earn: (form) => {
    const [program, promotion = ""] = form.get("promotion").split("/").map(trimmed);
    const missing = promotion === "" && ["promotion-field", "Choose the promotion."];
    return { program, promotion, source: form.get("source"), missing };
  },
};

/** Whether something of a file is in the system already, so that the rest has to be sent with the same choices. */
const isBegun = ({ parts }) => parts.some(({ state, jobId }) => state === "sent" || jobId !== "");

/** Send the parts that have not been sent, one after the other; a part that is refused stops the rest. */
async function sendUpload() {
  if (importing.sending) return;
  if (!isBegun(importing.upload)) {
    const choices = readChoices();
    if (!choices) return;
    importing.choices = choices;
  }
  importing.sending = true;
  complain("import-fault", "");
  drawParts();
  try {
    for (const part of importing.upload.parts.filter(({ state }) => state !== "sent")) await send(part);
    announce("All rows are sent.");
  } catch (error) {
    if (!session.ended.signal.aborted) refuse(error);
  } finally {
    importing.sending = false;
    drawSending();
  }
}

/* By door: the field beside which a wrong choice is told. */
const CHOSEN_AT = { import: "programs-field", enrol: "program-field", earn: "promotion-field" };

/** Say why a part was refused, beside what it is about and in the reader's words. */
function refuse(error) {
  const { upload } = importing;
  const column = /^profiles_header_(\d+) (?:names "[^"]*", which )?(.*)/s.exec(error.message);
  const program = /^campaigns_to_include names an unknown campaign, (.*)/s.exec(error.message);
  const chosen = /^params: (.)(.*)/s.exec(error.message);
  if (column) {
    const at = (upload.picked ?? [...upload.header.keys()])[column[1] - 1];
    complain("columns-fault", `Column “${upload.header[at]}” ${column[2]}.`);
  } else if (program) complainAt("programs-field", `There is no active program ${program[1]}.`);
  else if (chosen) complainAt(CHOSEN_AT[upload.door], `${chosen[1].toUpperCase()}${chosen[2]}.`);
  else complain("import-fault", error.message);
}

async function send(part) {
  part.state = "sending";
  drawSending();
  const { header, fields, picked, shape, reasonsAt, door, asFile, isWhole } = importing.upload;
  try {
    Object.assign(part, await (asFile ? sendFile : sendRequest)(part, importing.upload, importing.choices), { state: "sent" });
  } catch (error) {
    part.state = "not sent";
    throw error;
  }
  drawSending();
  if (!part.jobId) return;
  if (isWhole) importing.sent.set(part.jobId, { part, upload: { header, fields, picked, shape, reasonsAt, door } });
  await patiently(() => fetchJob(part.jobId));
  pollSoon();
}

/** Forget the file, and what was typed for it. */
function forgetUpload() {
  importing.upload = null;
  byId("choices").reset();
  for (const id of ["import-fault", "columns-fault"]) complain(id, "");
  forgetResult();
  drawUpload();
}

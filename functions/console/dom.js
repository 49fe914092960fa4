"use strict";
/* The page's elements, and how numbers and moments are written. Data becomes text content, never markup. */

const byId = (id) => document.getElementById(id);

/** A new element with attributes and children; a child is an element or plain text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Write a text, unless it is there already: what did not change is not read out again. */
function write(id, text) {
  const target = byId(id);
  if (target.textContent !== text) target.textContent = text;
}

/** Show an element or hide it. */
function show(id, visible) {
  byId(id).hidden = !visible;
}

/** Write a fault where a screen reader hears it, or take it away. */
function complain(id, text) {
  write(id, text);
  show(id, text !== "");
}

/** Write what is wrong with a field beside it, and go there; or take that away. */
function complainAt(id, text) {
  const field = byId(id);
  complain(`${id}-fault`, text);
  field.toggleAttribute("data-wrong", text !== "");
  if (text !== "") (field.querySelector("input, select") ?? field).focus();
}

const asked = { last: Promise.resolve() };

/** Ask a question; resolves to whether the answer was yes. */
async function confirmed(words) {
  await asked.last; // a browser tells late that a dialog was closed: that must not be taken for this one's answer
  for (const [part, text] of Object.entries(words)) write(`confirm-${part}`, text);
  const dialog = byId("confirm");
  dialog.returnValue = "";
  dialog.showModal();
  asked.last = new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
  return asked.last;
}

/** A list to choose one of: pairs of a value and its words. */
function options(pairs, chosen) {
  return pairs.map(([value, words]) => {
    const option = element("option", { value }, words);
    option.selected = value === chosen;
    return option;
  });
}

/** Tell those who don't see the page what has changed on it. */
function announce(text) {
  write("live", text);
}

/** A table's rows: lists of cells; a cell is an element or plain text. */
function tableRows(rows, cellName = "td") {
  return rows.map((cells) => element("tr", {}, ...cells.map((cell) => element(cellName, {}, cell))));
}

/** Hand a file to the reader. */
function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Have the browser save what is at an address elsewhere, which says itself that it is to be saved. */
function saveFrom(url) {
  element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }).click();
}

/** 10,000 */
const number = (value) => value.toLocaleString("en");

/** "120 KB", "4.6 MB" or "1.2 GB" */
function size(bytes) {
  const [unit, name] = [[1e9, "GB"], [1e6, "MB"], [1e3, "KB"]].find(([least]) => bytes >= least) ?? [1, "bytes"];
  return `${(bytes / unit).toLocaleString("en", { maximumFractionDigits: unit > 1e3 ? 1 : 0 })} ${name}`;
}

/** "1 row", "2 rows" */
const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;

/** A moment of the API in the reader's own time. */
const moment = (text) => new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** The day of a moment. */
const shortDay = (text) => new Date(text).toLocaleDateString(undefined, { dateStyle: "medium" });

/** A moment where there is little room. */
const shortMoment = (text) =>
  new Date(text).toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** "8 s", "3 min 20 s" or "2 h 5 min" */
function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

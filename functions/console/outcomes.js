"use strict";
/* What the counts of a job mean, as words, as a chart and as a table. */

/* The words of the command (see tools/operator/outcomes.py, which a test compares): for codes of all operations, and by
   operation. Any other number is an error of the item's own. */
const OF_ALL = { failed: "refused", 400: "refused", 503: "busy" };
const CODES = {
  enrol: { 0: "registered", 409: "already member", 404: "not found" },
  import: { 0: "imported", 404: "not found" },
  earn: { 0: "earned", 8890: "limit reached", 8015: "not found", 8896: "busy" },
  revoke: { 0: "revoked", 8903: "no such earn", 2305: "no such earn", 8015: "not found", 8896: "busy" },
  leave: { 0: "left", 404: "not found" },
  erase: { 0: "erased", deleted: "erased", 404: "not found" },
};
/* By word: the tone in which it is drawn, and what is said with it. */
const WORDS = {
  ...{ new: ["good"], registered: ["good"], earned: ["good"], imported: ["good", "made or changed"] },
  ...{ revoked: ["good"], left: ["good"], erased: ["good"], undone: ["good"] },
  ...{ updated: ["better"], kept: ["better", "others built on it"] },
  ...{ ignored: ["same", "left as it was"], "already member": ["same"], "limit reached": ["same"] },
  ...{ "no such earn": ["same", "or revoked already"], unchanged: ["same", "nothing to take back"] },
  ...{ "not found": ["missing"], refused: ["bad"] },
  ...{ busy: ["busy", "try again"], cancelled: ["busy", "before it was done"] },
};
const SVG = "http://www.w3.org/2000/svg";
const TONES = ["good", "better", "same", "missing", "bad", "busy"];
/* Percent: one failure among thousands must be seen. */
const LEAST_WIDTH = 0.7;
const FAILED_TONES = ["missing", "bad", "busy"];

/** The word for a code. */
const wordOf = (operation, code) => CODES[operation]?.[code] ?? OF_ALL[code] ?? (/^\d+$/.test(code) ? "refused" : code);

/** A code in words: "Busy: try again". */
function inWords(operation, code) {
  const word = wordOf(operation, code);
  const [, more] = WORDS[word] ?? [];
  return word[0].toUpperCase() + word.slice(1) + (more ? `: ${more}` : "");
}

/** The tone in which a code is drawn. */
const toneOf = (operation, code) => WORDS[wordOf(operation, code)]?.[0] ?? "bad";

/** Whether an item with this code failed. */
const isFailed = (operation, code) => FAILED_TONES.includes(toneOf(operation, code));

/** The outcomes that occurred, best first: code, count, words and tone. */
function breakdown(operation, counts) {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([code, count]) => ({ code, count, words: inWords(operation, code), tone: toneOf(operation, code) }))
    .sort((one, other) => TONES.indexOf(one.tone) - TONES.indexOf(other.tone));
}

/** How many items failed. */
function failedCount(operation, counts) {
  const failed = Object.entries(counts).filter(([code]) => isFailed(operation, code));
  return failed.reduce((sum, [, count]) => sum + count, 0);
}

/** Draw the breakdown: one bar, and beside it the table that says the same in words. */
function drawBreakdown(parts, total) {
  show("legend-table", parts.length > 0);
  const chart = byId("chart");
  const spoken = parts.map(({ count, words }) => `${number(count)} ${words.toLowerCase()}`).join(", ");
  chart.setAttribute("aria-label", spoken === "" ? "No outcome yet" : `Outcomes: ${spoken}`);
  chart.replaceChildren(...bars(parts, total));
  byId("legend").replaceChildren(...parts.map((part) => legendRow(part, total)));
}

/** The breakdown as parts of one bar; what is not done yet is left empty. */
function bars(parts, total) {
  const widths = parts.map(({ count }) => Math.max((100 * count) / total, LEAST_WIDTH));
  const scale = Math.min(1, 100 / widths.reduce((sum, width) => sum + width, 0));
  let offset = 0;
  return parts.map(({ tone }, at) => {
    const bar = document.createElementNS(SVG, "rect");
    const width = scale * widths[at];
    const shape = { x: `${offset}%`, width: `${width}%`, height: "100%", class: `tone-${tone}` };
    for (const [name, value] of Object.entries(shape)) bar.setAttribute(name, value);
    offset += width;
    return bar;
  });
}

function legendRow({ code, count, words, tone }, total) {
  const name = element("th", { scope: "row" }, element("span", { class: `swatch tone-${tone}` }), words);
  const share = `${((100 * count) / total).toFixed(1)} %`;
  return element("tr", {}, name, ...[code, number(count), share].map((cell) => element("td", {}, cell)));
}

"use strict";
/* What the counts of a job mean, as words, as a chart and as a table. */

/* By operation and code of the vendor: the words, and the tone in which they are drawn. */
const OUTCOMES = {
  enrol: {
    0: ["Registered", "good"],
    409: ["Member already", "same"],
    404: ["No such customer", "missing"],
    400: ["Wrong item", "bad"],
    503: ["Storage busy, send again", "busy"],
  },
  import: {
    new: ["New", "good"],
    updated: ["Updated", "better"],
    ignored: ["Left as it was", "same"],
    failed: ["Wrong row", "bad"],
    busy: ["Storage busy, send again", "busy"],
  },
  earn: {
    0: ["Earned", "good"],
    8890: ["Limit reached", "same"],
    8015: ["No such customer", "missing"],
    8896: ["Storage busy, send again", "busy"],
  },
  revoke: {
    0: ["Revoked", "good"],
    8903: ["Not earned, or revoked already", "same"],
    2305: ["Nothing to revoke", "same"],
    8015: ["No such customer", "missing"],
    8896: ["Storage busy, send again", "busy"],
  },
  leave: {
    0: ["Left the program", "good"],
    404: ["No such customer or member", "missing"],
    400: ["Wrong item", "bad"],
    503: ["Storage busy, send again", "busy"],
  },
  erase: {
    0: ["Erased", "good"],
    deleted: ["Erased", "good"],
    404: ["No such customer", "missing"],
    "not found": ["No such customer", "missing"],
    400: ["Wrong item", "bad"],
    failed: ["Wrong item", "bad"],
    503: ["Storage busy, send again", "busy"],
    busy: ["Storage busy, send again", "busy"],
  },
  undo: {
    undone: ["Taken back", "good"],
    kept: ["Kept, as others built on it", "better"],
    unchanged: ["Had changed nothing", "same"],
    busy: ["Storage busy, undo again", "busy"],
  },
};
/* The same for codes that all operations have. */
const OF_ALL = { cancelled: ["Cancelled before it was done", "busy"] };
const SVG = "http://www.w3.org/2000/svg";
const TONES = ["good", "better", "same", "missing", "bad", "busy"];
/* Percent: one failure among thousands must be seen. */
const LEAST_WIDTH = 0.7;
const FAILED_TONES = ["missing", "bad", "busy"];

/** The outcomes that occurred, best first: code, count, words and tone. */
function breakdown(operation, counts) {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([code, count]) => {
      const [words, tone] = OUTCOMES[operation]?.[code] ?? OF_ALL[code] ?? [`Refused with code ${code}`, "bad"];
      return { code, count, words, tone };
    })
    .sort((one, other) => TONES.indexOf(one.tone) - TONES.indexOf(other.tone));
}

/** How many items failed. */
function failedCount(operation, counts) {
  const failed = breakdown(operation, counts).filter(({ tone }) => FAILED_TONES.includes(tone));
  return failed.reduce((sum, { count }) => sum + count, 0);
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

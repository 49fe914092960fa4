"use strict";
/* The account's programs and promotions: listed, and to choose from. */

/* `drawn` says that the choices of the import show them. */
const catalogue = { programs: null, promotions: null, drawn: false };

/** Read both, unless they are known or may not be read. */
async function fetchCatalogue() {
  if (!may("read") || catalogue.programs) return;
  const read = async (name) => (await (await patiently(() => call("GET", `/${name}`))).json())[name];
  const [programs, promotions] = await Promise.all([read("programs"), read("promotions")]);
  Object.assign(catalogue, { programs, promotions });
}

/** Read both anew and list them. */
async function openPrograms() {
  Object.assign(catalogue, { programs: null, promotions: null, drawn: false });
  complain("programs-fault", "");
  try {
    await fetchCatalogue();
  } catch (error) {
    return complain("programs-fault", error.message);
  }
  drawTable("program", catalogue.programs.map((one) => [one.program, one.name, one.kind, state(one)]));
  drawTable("promotion", catalogue.promotions.map((one) => [
    ...[one.promotion, one.name ?? one.identifier ?? "", nameOf(one.program), dates(one)],
    ...[one.limit === null ? "any number" : number(one.limit), state(one)],
  ]));
}

/** Rows of a table that is hidden while there are none, with what to do about that in its place. */
function drawTable(name, rows) {
  byId(`${name}-rows`).replaceChildren(...tableRows(rows));
  const columns = [...byId(`${name}-table`).querySelectorAll("th")].map((one) => one.textContent);
  for (const row of byId(`${name}-rows`).rows) {
    columns.forEach((column, at) => row.cells[at].setAttribute("data-column", column)); // told where the head has no room
  }
  show(`${name}-table`, rows.length > 0);
  show(`no-${name}`, rows.length === 0);
}

const state = ({ active }) => (active ? "active" : "not active");

function dates({ start, end }) {
  return [start && `from ${shortDay(start)}`, end && `to ${shortDay(end)}`].filter(Boolean).join(" ") || "always";
}

/** A program as people know it; its id where no more is known. */
function nameOf(id) {
  const name = catalogue.programs?.find(({ program }) => program === id)?.name;
  return name ? `${name} (${id})` : id;
}

/** A promotion as people know it. */
function promotionName(id) {
  const known = catalogue.promotions?.find(({ promotion }) => promotion === id);
  const name = known?.name ?? known?.identifier;
  return name ? `${name} (${id})` : id;
}

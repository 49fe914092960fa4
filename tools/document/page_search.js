
// Search: leaves those endpoints and schemas that have every word, in the navigation too.

const ENDPOINTS = [...document.querySelectorAll("nav li a")];
const ARTICLES = new Map([...document.querySelectorAll("article")].map((article) => [article, wordsOf(article)]));

function wordsOf(article) {
  const named = article.querySelectorAll("h3, .address, .about, dt > code");
  return [article.id, ...[...named].map((part) => part.textContent)].join(" ").toLowerCase();
}

function articleOf(link) {
  return document.getElementById(link.hash.slice(1));
}

function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const [article, said] of ARTICLES) article.hidden = !words.every((word) => said.includes(word));
  for (const link of ENDPOINTS) link.parentElement.hidden = articleOf(link).hidden;
  for (const list of document.querySelectorAll("nav ul")) hideIfEmpty(list.previousElementSibling, list, "li");
  for (const section of document.querySelectorAll("main > section")) hideIfEmpty(section, section, "article");
  document.getElementById("found").textContent = words.length ? `${shownEndpoints().length} of ${ENDPOINTS.length}` : "";
}

function hideIfEmpty(part, whole, of) {
  part.hidden = !whole.querySelector(`${of}:not([hidden])`);
}

function shownEndpoints() {
  return ENDPOINTS.filter((link) => !link.parentElement.hidden);
}

function moveFrom(link, step) {
  const stops = [document.getElementById("search"), ...shownEndpoints()];
  stops[stops.indexOf(link) + step]?.focus();
}

function searchByKey(event, field) {
  const writes = event.target.closest("input, textarea, select");
  if (event.key === "/" && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
    field.select();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && (event.target === field || ENDPOINTS.includes(event.target))) {
    event.preventDefault();
    moveFrom(event.target, step);
  }
  if (event.key === "Enter" && event.target === field) shownEndpoints()[0]?.click();
  if (event.key === "Escape" && (!writes || event.target === field)) filter((field.value = ""));
}

// A link to what the search has hidden ends the search.
function followLink(field) {
  const target = document.getElementById(location.hash.slice(1));
  if (!target?.closest("[hidden]")) return;
  filter((field.value = ""));
  target.scrollIntoView();
}

function prepareSearch(field) {
  field.closest(".search").hidden = false;
  field.addEventListener("input", () => filter(field.value));
  document.addEventListener("keydown", (event) => searchByKey(event, field));
  addEventListener("hashchange", () => followLink(field));
}

prepareSearch(document.getElementById("search"));


"use strict";

// What the parts of the script share: where the API is, and which endpoint is being read.

const LOCAL = document.querySelector(".base").textContent;
const BASE = new URL(".", location.href).href.replace(/\/$/, "");

function made(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function markCurrent(link, nav) {
  for (const marked of nav.querySelectorAll("[aria-current]")) marked.removeAttribute("aria-current");
  link.setAttribute("aria-current", "location");
  if (nav.scrollHeight <= nav.clientHeight) return;
  const [inner, outer] = [link.getBoundingClientRect(), nav.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) nav.scrollTop += inner.top - outer.top - outer.height / 3;
}

// An endpoint is the current one while it crosses a line near the top of the window.
function followReading(nav) {
  const links = new Map([...nav.querySelectorAll("li a")].map((link) => [link.hash.slice(1), link]));
  const observer = new IntersectionObserver((seen) => {
    const entered = seen.filter((one) => one.isIntersecting).pop();
    if (entered) markCurrent(links.get(entered.target.id), nav);
  }, { rootMargin: "-15% 0px -84% 0px" });
  for (const id of links.keys()) observer.observe(document.getElementById(id));
}

followReading(document.querySelector("nav"));


// Trials: send what stands in an operation's form to the API that served this page, once it is complete.

function filledIn(form, place) {
  return [...form.querySelectorAll(`input[data-in=${place}]`)].filter((input) => input.value.trim());
}

function address(form) {
  let path = form.dataset.path.slice(1) || "./";
  for (const input of filledIn(form, "path")) path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
  const query = new URLSearchParams(filledIn(form, "query").map((input) => [input.name, input.value]));
  return query.size ? `${path}?${query}` : path;
}

function headers(form) {
  const named = [...filledIn(form, "header"), ...filledIn(form, "credential")];
  const all = new Headers(named.map((input) => [input.name, input.value.trim()]));
  if (form.elements.body) all.set("Content-Type", form.elements["media-type"].value);
  return all;
}

function schemesOf(input) {
  return input.dataset.schemes?.split(" ").filter(Boolean) ?? [];
}

function faultOfCredential(input) {
  const schemes = schemesOf(input);
  const wanted = schemes.map((scheme) => `${scheme} …`).join(" or ");
  if (!input.value.trim()) return `This request needs credentials: ${wanted || "a key"}`;
  const scheme = input.value.trim().split(/\s+/, 2);
  const isKnown = schemes.some((one) => one.toLowerCase() === scheme[0].toLowerCase()) && scheme.length > 1;
  return schemes.length && !isKnown ? `${input.name} reads ${wanted}` : "";
}

function faultOfBody(form) {
  const body = form.elements.body;
  if (!form.elements["media-type"].value.endsWith("json")) return "";
  let value;
  try {
    value = JSON.parse(body.value);
  } catch (error) {
    return `The body is no JSON: ${error.message}`;
  }
  const missing = form.dataset.needed.split(" ").filter((name) => name && !Object.hasOwn(Object(value), name));
  return missing.length ? `The body needs ${missing.join(", ")}` : "";
}

function faultOf(input, form) {
  if (!input.required && !input.value.trim()) return "";
  if (input.dataset.in === "credential") return faultOfCredential(input);
  if (!input.value.trim()) return `${input.name} is required`;
  return input.name === "body" ? faultOfBody(form) : "";
}

function say(input, fault) {
  const id = `${input.form.closest("article").id}-${input.name}-fault`;
  document.getElementById(id)?.remove();
  input.toggleAttribute("aria-invalid", false);
  input.removeAttribute("aria-describedby");
  if (!fault) return;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
  input.closest("label").after(made("p", { id, className: "fault", textContent: fault }));
}

function isComplete(form) {
  const inputs = [...form.querySelectorAll("input, textarea")];
  const faults = inputs.map((input) => faultOf(input, form));
  inputs.forEach((input, place) => say(input, faults[place]));
  inputs[faults.findIndex(Boolean)]?.focus();
  return !faults.some(Boolean);
}

function indented(text, type) {
  return type.includes("json") ? JSON.stringify(JSON.parse(text), null, 2) : text;
}

async function send(form) {
  const output = form.querySelector("output");
  output.hidden = false;
  output.textContent = "…";
  try {
    const options = { method: form.dataset.method, headers: headers(form), credentials: "omit" };
    if (form.elements.body) options.body = form.elements.body.value;
    const reply = await fetch(address(form), options);
    const type = reply.headers.get("Content-Type") || "";
    const text = await reply.text();
    output.textContent = `${reply.status} ${type}\n\n${indented(text, type)}`;
  } catch (error) {
    output.textContent = `No answer: ${error.message}`;
  }
}

function showSample(form) {
  form.elements.body.value = form.elements["media-type"].selectedOptions[0].dataset.sample;
  say(form.elements.body, "");
}

// Credentials that a header must have are filled in once: they stand in every form that asks for the same ones.
function share(input) {
  for (const other of document.querySelectorAll("input[data-in=credential][required]")) {
    if (other.name !== input.name) continue;
    other.value = input.value;
    say(other, "");
  }
}

function prepareTrial(form) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isComplete(form)) send(form);
  });
  form.addEventListener("input", (event) => {
    say(event.target, "");
    if (event.target.matches("[data-in=credential][required]")) share(event.target);
  });
  if (!form.elements.body) return;
  form.elements["media-type"].addEventListener("change", () => showSample(form));
  showSample(form);
}

document.querySelectorAll("form.try").forEach(prepareTrial);


"use strict";

// Sends what stands in an operation's form to the API that served this page, and shows the answer as text.

function address(form) {
  const query = new URLSearchParams();
  let path = form.dataset.path.slice(1) || "./";
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    if (input.dataset.in === "query" && input.value) query.set(input.name, input.value);
  }
  return query.size ? `${path}?${query}` : path;
}

function headers(form) {
  const named = new Headers();
  const authorization = document.getElementById("authorization").value.trim();
  if (authorization) named.set("Authorization", authorization);
  if (form.elements.body) named.set("Content-Type", form.elements["media-type"].value);
  for (const input of form.querySelectorAll("input[data-in=header]")) {
    if (input.value) named.set(input.name, input.value);
  }
  return named;
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
}

function prepare(form) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
  if (!form.elements.body) return;
  form.elements["media-type"].addEventListener("change", () => showSample(form));
  showSample(form);
}

document.querySelector(".credentials").hidden = false;
document.querySelectorAll("form.try").forEach(prepare);

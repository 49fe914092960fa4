
// Samples: for the API that served this page, all in the language that was opened last, and copied by a button.

function chooseLanguage(sample) {
  const before = sample.getBoundingClientRect().top;
  for (const other of document.querySelectorAll("details.sample")) {
    other.open = other.dataset.language === sample.dataset.language;
  }
  scrollBy({ top: sample.getBoundingClientRect().top - before, behavior: "instant" });
}

async function copy(button, text) {
  await navigator.clipboard.writeText(text);
  button.textContent = "Copied";
}

function prepareSample(sample) {
  for (const program of sample.querySelectorAll("pre")) {
    program.textContent = program.textContent.replaceAll(LOCAL, BASE);
    if (!navigator.clipboard) continue; // where the page did not come over TLS or from this machine
    const button = made("button", { type: "button", className: "copy", textContent: "Copy" });
    button.addEventListener("click", () => copy(button, program.textContent));
    program.before(button);
  }
  sample.querySelector("summary").addEventListener("click", (event) => {
    if (sample.open) return;
    event.preventDefault();
    chooseLanguage(sample);
  });
}

document.querySelector(".base").textContent = BASE;
document.querySelectorAll("details.sample").forEach(prepareSample);

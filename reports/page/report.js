"use strict";

// Filters: the page is complete without them, so they appear only where they work.
const form = document.querySelector(".filters");
if (form) {
  const cases = [...document.querySelectorAll(".case")];
  const apply = () => {
    const verdicts = new Set(new FormData(form).getAll("verdict"));
    const suite = form.elements.suite.value;
    const text = form.elements.text.value.trim().toLowerCase();
    let shown = 0;
    for (const one of cases) {
      const fits = verdicts.has(one.dataset.verdict) &&
        (!suite || one.dataset.suite === suite) &&
        (!text || one.textContent.toLowerCase().includes(text));
      one.hidden = !fits;
      shown += fits;
    }
    form.querySelector("output").value = `${shown} of ${cases.length} cases`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}

// A link to a case opens it, even if a filter hides it.
const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || !target.matches(".case")) return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", openTarget);
openTarget();

for (const block of document.querySelectorAll(".copyable")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const text = block.querySelector("code").textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Pages opened from a file may not have the clipboard: select it for the reader instead.
      getSelection().selectAllChildren(block.querySelector("code"));
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  block.append(button);
}

// Small helpers for the page's elements. Text never becomes markup.

export const byId = (id) => document.getElementById(id);

/// el("a", {href: "/", class: "x"}, "text", child)
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const option = (value, text = value) => el("option", { value }, text);

/// Fills a <select> and keeps what was chosen where it is still there.
export function fillSelect(select, options) {
  const before = select.value;
  select.replaceChildren(...options);
  if ([...select.options].some((one) => one.value === before)) select.value = before;
}

export async function copyText(text, button) {
  const label = button.dataset.label ??= button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Without https or the permission there is no clipboard: an older way, by a selection.
    const area = el("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    button.textContent = document.execCommand("copy") ? "Copied" : "Not allowed";
    area.remove();
    button.focus();
  }
  setTimeout(() => { button.textContent = label; }, 1500);
}

/// A button that copies what `text()` gives.
export function copyButton(text, { label = "Copy", what = "" } = {}) {
  const button = el("button", { type: "button", class: "small", "aria-label": what ? `${label} ${what}` : null }, label);
  button.addEventListener("click", () => copyText(text(), button));
  return button;
}

/// Text in a box, with a button to copy it.
export function codeBlock(text, what) {
  return el("div", { class: "code" },
    el("pre", { tabindex: "0", role: "region", "aria-label": what }, el("code", {}, text)),
    copyButton(() => text, { what }));
}

/// As one word of a POSIX shell.
export function quote(text) {
  return /^[A-Za-z0-9_.,:\/=@%+-]+$/.test(text) ? text : `'${String(text).replaceAll("'", `'\\''`)}'`;
}

/// A form whose submission is `act(values, submitter)`, which may fail with a message.
export function onSubmit(form, act) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(Object.fromEntries(new FormData(form, event.submitter)), event.submitter);
  });
}

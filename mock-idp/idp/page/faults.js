// Faults of endpoints, who logs in next, and back to the start.
import { api, attempt, controlCurl } from "./api.js";
import { refreshClock } from "./clock.js";
import { byId, copyText, el, fillSelect, onSubmit, option } from "./dom.js";
import { currentIssuer, providerOrigin, showIssuer } from "./issuers.js";

const form = byId("plant");
const kNumbers = ["status", "seconds", "bytes", "times", "after"];
const kTexts = ["location", "content_type", "body"];
let kinds = [];

const say = (text) => { byId("misbehave-said").textContent = text; };
const kindOf = (name) => kinds.find((one) => one.name === name);

/// Only what means something to the kind is asked for.
function showSettings() {
  const kind = kindOf(form.elements.kind.value);
  for (const label of form.querySelectorAll("[data-setting]")) {
    label.hidden = !kind?.settings.includes(label.dataset.setting);
  }
}

function command() {
  const values = Object.fromEntries(new FormData(form));
  const body = { endpoint: values.endpoint, kind: values.kind };
  if (!form.elements.every.checked) body.issuer = currentIssuer().name;
  const settings = [...kindOf(values.kind).settings, "times", "after"];
  for (const name of kNumbers) {
    if (values[name] !== "" && settings.includes(name)) body[name] = Number(values[name]);
  }
  for (const name of kTexts) {
    if (values[name] !== "" && settings.includes(name)) body[name] = values[name];
  }
  return body;
}

function faultRow(fault) {
  const often = fault.times === "forever" ? "for ever" : `${fault.times} left`;
  const after = fault.after > 0 ? `after ${fault.after} more, ` : "";
  const where = `${fault.endpoint === "*" ? "every endpoint" : fault.endpoint} of ${fault.issuer ?? "every issuer"}`;
  return el("li", { class: "fault-row" },
    el("span", { class: "badge fault" }, fault.kind),
    el("span", {}, where, " ", el("small", {}, `${after}${often}, acted ${fault.hits} times`)),
    el("button", {
      type: "button", class: "small", "aria-label": `Remove ${fault.kind} from ${where}`,
      onclick: () => attempt(async () => {
        await api("DELETE", `/faults?id=${encodeURIComponent(fault.id)}`);
        await refreshFaults();
        say("It behaves again");
      }),
    }, "Remove"));
}

async function refreshFaults() {
  const { faults } = await api("GET", "/faults");
  byId("faults").replaceChildren(...faults.map(faultRow));
}

/// The journal tells of every request that a fault met; once in a while is enough.
function refreshLater() {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; refreshFaults().catch(() => {}); }, 500);
  };
}

export function startFaults({ endpoints, faults }) {
  if (!faults) return;
  kinds = faults.kinds;
  byId("misbehave").hidden = false;
  fillSelect(form.elements.endpoint, [...endpoints.map((one) => option(one)), option("*", "each of them")]);
  form.elements.endpoint.value = "jwks";
  fillSelect(form.elements.kind, kinds.map((one) => option(one.name, `${one.name}: ${one.summary}`)));
  form.elements.kind.addEventListener("change", showSettings);
  showSettings();
  onSubmit(form, () => attempt(async () => {
    const planted = await api("POST", "/faults", command());
    await refreshFaults();
    say(`${planted.endpoint}: ${planted.kind} from now on`);
  }));
  byId("plant-curl").addEventListener("click", (event) => {
    copyText(controlCurl(providerOrigin(), "POST", "/faults", command()), event.currentTarget);
  });
  onSubmit(byId("enqueue"), ({ sub }) => attempt(async () => {
    await api("POST", "/enqueue", { issuer: currentIssuer().name, sub });
    byId("enqueue").reset();
    say(`${sub} logs in next at ${currentIssuer().name}`);
  }));
  byId("reset").addEventListener("click", () => attempt(async () => {
    await api("POST", "/reset", {});
    await Promise.all([showIssuer(currentIssuer().name), refreshFaults(), refreshClock()]);
    document.dispatchEvent(new CustomEvent("provider-reset"));
    say("Everything is as it was when the provider started");
  }));
  document.addEventListener("fault-acted", refreshLater());
  attempt(refreshFaults);
}

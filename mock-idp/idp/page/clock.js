// The provider's clock, which tokens, lifetimes and cookies follow.
import { api, attempt, providerNow, setProviderNow } from "./api.js";
import { byId } from "./dom.js";

let frozen = false;

function tick() {
  const text = `${new Date(providerNow()).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  if (byId("clock").textContent !== text) byId("clock").textContent = text;
}

function show({ epoch_seconds: now, frozen: still, ahead_seconds: ahead }) {
  frozen = still;
  setProviderNow(now * 1000);
  const moved = Math.abs(ahead) >= 2;
  byId("clock-state").textContent = frozen ? "stands still" : moved ? "moved" : "";
  byId("clock-state").hidden = !frozen && !moved;
  byId("clock-freeze").textContent = frozen ? "Let it run" : "Freeze";
  tick();
}

export async function refreshClock() {
  show(await api("GET", "/clock"));
}

const order = (verb, body) => attempt(async () => show(await api("POST", `/clock/${verb}`, body)));

export function startClock({ faults }) {
  if (!faults) return;
  for (const button of document.querySelectorAll("[data-advance]")) {
    button.addEventListener("click", () => order("advance", { seconds: Number(button.dataset.advance) }));
  }
  byId("clock-freeze").addEventListener("click", () => order(frozen ? "resume" : "freeze", {}));
  byId("clock-now").addEventListener("click", () => order("offset", { seconds: 0 }));
  setInterval(() => { if (!frozen) tick(); }, 1000);
  attempt(refreshClock);
}

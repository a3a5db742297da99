// The keys of the issuer, and what can be done to them.
import { api, attempt, issuerPath } from "./api.js";
import { byId, codeBlock, el, fillSelect, onSubmit, option } from "./dom.js";
import { currentIssuer, onIssuer } from "./issuers.js";

const kStates = ["upcoming", "active", "passive", "retired", "ghost", "decoy"];
const kMeaning = {
  upcoming: "published, does not sign yet",
  active: "published, signs",
  passive: "published, signs no more",
  retired: "neither published nor used",
  ghost: "signs, but is not published",
  decoy: "signs, but other material is published under its kid",
};
const kVerbs = [
  ["withdraw", "Withdraw", "It is published no more and signs no more"],
  ["decoy", "Decoy", "Other material is published under its kid"],
  ["reuse-kid", "Reuse kid", "Another key takes its place and its kid"],
  ["duplicate-kid", "Duplicate kid", "Another key is published beside it under the same kid"],
];

let open = null;  // the kid whose verbs are shown

async function order(verb, body, said) {
  const issuer = currentIssuer().name;
  await attempt(async () => {
    const answer = await api("POST", `${issuerPath(issuer)}/keys/${verb}`, body);
    await refreshKeys();
    byId("keys-said").textContent = said(answer);
  });
}

function stateForm(key) {
  const form = el("form", { class: "line" },
    el("label", {}, "State ", el("select", { name: "state" }, ...kStates.map((one) => option(one)))),
    el("button", { class: "small" }, "Set"));
  form.elements.state.value = key.state;
  onSubmit(form, ({ state }) => order("state", { kid: key.kid, state }, () => `${key.kid} is ${state}: ${kMeaning[state]}`));
  return form;
}

function verbs(key) {
  return el("div", { class: "verbs" },
    ...kVerbs.map(([verb, label, title]) => el("button", {
      type: "button", class: "small", title,
      onclick: () => order(verb, { kid: key.kid }, () => `${label}, ${key.kid}: done`),
    }, label)), stateForm(key));
}

function keyRow(key, position) {
  const shown = open === key.kid;
  const toggle = el("button", {
    type: "button", class: "small", "data-kid": key.kid, "aria-expanded": String(shown), "aria-label": `${shown ? "Close" : "Change"} ${key.kid}`,
    onclick: () => {
      open = shown ? null : key.kid;
      refreshKeys().then(() => byId("keys").querySelectorAll("button[data-kid]")[position]?.focus());
    },
  }, shown ? "Close" : "Change");
  return el("li", { class: "key", "data-state": key.state },
    el("span", { class: `badge ${key.state}`, title: kMeaning[key.state] }, key.state),
    el("span", { class: "kid" }, el("code", {}, key.kid), " ", el("small", {}, key.alg)),
    el("span", { class: "meaning" }, kMeaning[key.state]),
    toggle, shown ? verbs(key) : null);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export async function refreshKeys() {
  const { name } = currentIssuer();
  const { keys, document: published } = await api("GET", `${issuerPath(name)}/keys`);
  if (name !== currentIssuer().name) return;  // a slower answer than the next question
  byId("keys").replaceChildren(...keys.map(keyRow));
  byId("jwks").replaceChildren(codeBlock(pretty(published), "the key set"));
}

const kSaid = {
  rotate: ({ kid }) => `${kid} signs now; the one before stays published`,
  replace: ({ kid }) => `${kid} signs now; the one before is withdrawn`,
  announce: ({ kid }) => `${kid} is published and does not sign yet`,
  ghost: ({ kid }) => `${kid} signs and is not published`,
};

export function startKeys({ algorithms }) {
  fillSelect(byId("key-alg"), [option("", "usual"), ...algorithms.map((one) => option(one))]);
  onSubmit(byId("key-verbs"), ({ alg }, button) => {
    const verb = button?.value ?? "rotate";
    const body = alg ? { alg } : {};
    if (verb === "replace") body.overlap = false;
    order(verb === "replace" ? "rotate" : verb, body, kSaid[verb]);
  });
  onSubmit(byId("publish"), ({ member }, button) => attempt(async () => {
    if (button?.value === "clear") return order("clear", {}, () => "Only keys are published again");
    let value;
    try {
      value = JSON.parse(member);
    } catch (error) {
      throw new Error(`The member is no JSON: ${error.message}`);
    }
    return order("publish", { member: value }, () => "Published as it is");
  }));
  onIssuer(() => {
    open = null;
    byId("keys-said").textContent = "";
    attempt(refreshKeys);
  });
}

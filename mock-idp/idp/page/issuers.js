// Which issuer the page is about. Others listen to it: on(issuer => …).
import { api, attempt, issuerPath } from "./api.js";
import { byId, copyButton, el, onSubmit, option } from "./dom.js";

const listeners = [];
let current = null;
let origin = location.origin;

export const currentIssuer = () => current;
export const providerOrigin = () => origin;
export const onIssuer = (listener) => listeners.push(listener);

function fact(term, url, { link = true } = {}) {
  const shown = link ? el("a", { href: url, target: "_blank", rel: "noreferrer" }, url) : url;
  return [el("dt", {}, term), el("dd", {}, el("span", {}, shown), copyButton(() => url, { what: term }))];
}

/// Metadata is where RFC 8414 has it: the well-known part before the path.
function metadataUrl(issuer) {
  const url = new URL(issuer.url);
  return `${url.origin}/.well-known/oauth-authorization-server${url.pathname}`;
}

function showFacts(issuer) {
  const weaknesses = issuer.weaknesses.length === 0
    ? "none: it is strict"
    : el("ul", { class: "chips quiet" }, ...issuer.weaknesses.map((one) => el("li", {}, one)));
  byId("issuer-facts").replaceChildren(
    ...fact("Issuer", issuer.url, { link: false }),
    ...fact("Keys", issuer.jwks_uri),
    ...fact("Discovery", `${issuer.url}/.well-known/openid-configuration`),
    ...fact("Metadata", metadataUrl(issuer)),
    el("dt", {}, "Persona"), el("dd", {}, issuer.persona),
    el("dt", {}, "Weaknesses"), el("dd", {}, weaknesses));
}

function showList(issuers) {
  byId("issuer-list").replaceChildren(...issuers.map((one) => el("li", {},
    el("button", {
      type: "button", "aria-pressed": String(one.name === current.name),
      onclick: () => attempt(() => showIssuer(one.name)),
    }, one.name))));
  byId("issuer-names").replaceChildren(...issuers.map((one) => option(one.name)));
}

/// Reads the issuers again, in case somebody else asked for new ones.
export async function refreshIssuers() {
  const { issuers } = await api("GET", "/issuers");
  if (current) showList(issuers);
}

export async function showIssuer(name) {
  await api("GET", `${issuerPath(name)}/keys`);  // an issuer is made by being asked for
  const all = await api("GET", "/issuers");
  origin = all.origin;
  current = all.issuers.find((one) => one.name === name);
  history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  byId("issuer-name").value = name;
  byId("keys-of").textContent = `of ${name}`;
  showList(all.issuers);
  showFacts(current);
  for (const listener of listeners) listener(current);
}

export function startIssuers({ scenarios }) {
  onSubmit(byId("open-issuer"), ({ name }) => attempt(() => showIssuer(name)));
  byId("scenarios").replaceChildren(...scenarios.map((one) => el("li", {},
    el("button", {
      type: "button", class: "small",
      onclick: () => {
        byId("issuer-name").value = `${byId("issuer-name").value || "main"}~${one.name}`;
        byId("issuer-name").focus();
      },
    }, one.name), el("span", {}, one.summary))));
}

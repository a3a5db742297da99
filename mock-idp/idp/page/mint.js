// Mints a token from what the form says.
import { api, attempt, controlCurl } from "./api.js";
import { byId, copyText, fillSelect, onSubmit, option, el } from "./dom.js";
import { currentIssuer, onIssuer, providerOrigin } from "./issuers.js";
import { refreshKeys } from "./keys.js";
import { showToken } from "./token.js";

const form = byId("mint");

/// A member of the form that has to be a JSON object, or nothing.
function objectOf(text, what) {
  if (!text.trim()) return undefined;
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${what}: no JSON: ${error.message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error(`${what}: has to be a JSON object`);
  return value;
}

/// The body of a mint command: only what was filled in.
function recipe() {
  const values = Object.fromEntries(new FormData(form));
  const body = { issuer: currentIssuer().name };
  for (const name of ["kind", "alg", "aud", "scope", "sub"]) {
    if (values[name]?.trim()) body[name] = values[name].trim();
  }
  if (values.ttl !== "" && Number(values.ttl) !== 300) body.ttl = Number(values.ttl);
  if (values.mutate) body.mutate = [values.mutate];
  for (const name of ["claims", "header"]) {
    const object = objectOf(values[name], name === "claims" ? "Claims" : "Header");
    if (object) body[name] = object;
  }
  return body;
}

/// Mutations by family: what stands before the first hyphen.
function families(mutations) {
  const groups = new Map();
  for (const one of mutations) {
    const family = one.name.split("-")[0];
    if (!groups.has(family)) groups.set(family, []);
    groups.get(family).push(one);
  }
  return [...groups].map(([family, members]) => el("optgroup", { label: family },
    ...members.map((one) => option(one.name, `${one.name}: ${one.summary}`))));
}

export function startMint({ algorithms, mutations }) {
  const summaries = new Map(mutations.map((one) => [one.name, one.summary]));
  fillSelect(form.elements.alg, [option("", "usual"), ...algorithms.map((one) => option(one))]);
  fillSelect(form.elements.mutate, [option("", "not at all: a good token"), ...families(mutations)]);
  onSubmit(form, () => attempt(async () => {
    const body = recipe();
    const { token } = await api("POST", "/mint", body);
    const spoiled = body.mutate ? summaries.get(body.mutate[0]) : "";
    await showToken(token, { spoiled, issuer: body.issuer });
    await refreshKeys();  // an algorithm that was not used before brings a key
  }));
  byId("mint-curl").addEventListener("click", (event) => attempt(() =>
    copyText(controlCurl(providerOrigin(), "POST", "/mint", recipe()), event.currentTarget)));
  onIssuer((issuer) => {
    const kinds = issuer.token_kinds.map((one) => option(one.name, one.summary ? `${one.name}: ${one.summary}` : one.name));
    fillSelect(form.elements.kind, [option("", "usual"), ...kinds]);
  });
}

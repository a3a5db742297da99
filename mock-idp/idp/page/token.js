// A token taken apart, and what there is to say against it.
import { api, attempt, providerNow } from "./api.js";
import { byId, copyText, el, quote } from "./dom.js";

const kTimes = new Set(["exp", "nbf", "iat", "auth_time"]);
const area = byId("token");

/// "2026-11-21 20:15:03, in 5 min"
function when(seconds) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "";
  const left = seconds - providerNow() / 1000;
  const steps = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const [size, unit] = steps.find(([one]) => Math.abs(left) >= one) ?? steps[3];
  const span = `${Math.round(Math.abs(left) / size)} ${unit}`;
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC, ${left < 0 ? `${span} ago` : `in ${span}`}`;
}

function membersTable(title, members, className) {
  if (members === null || members === undefined) return null;
  const rows = Object.entries(members).map(([name, value]) => el("tr", {},
    el("th", { scope: "row" }, name),
    el("td", {}, el("code", {}, JSON.stringify(value)),
      kTimes.has(name) && typeof value === "number" ? el("small", {}, when(value)) : null)));
  return el("table", { class: className }, el("caption", {}, title), el("tbody", {}, ...rows));
}

/// What only the server that the token is for can see, as far as the form knows it.
function audienceProblem(claims) {
  const wanted = byId("mint").elements.aud.value.trim();
  if (!wanted || !claims) return [];
  const audiences = [claims.aud].flat();
  return audiences.includes(wanted) ? [] : [`aud is not ${wanted}`];
}

function verdictOf(answer, spoiled) {
  const problems = [...answer.problems, ...audienceProblem(answer.claims)];
  if (problems.length > 0) {
    return ["refused", "Refused", el("ul", {}, ...problems.map((one) => el("li", {}, one)))];
  }
  if (spoiled) {
    return ["careful", "Spoiled", el("p", {}, `Signature and times are right. A server has to refuse it all the same: ${spoiled}.`)];
  }
  return ["good", "Good", el("p", {}, `Signed by ${answer.issuer}, in time, and for that audience.`)];
}

function showVerdict(answer, spoiled) {
  const [state, word, why] = verdictOf(answer, spoiled);
  byId("verdict").replaceChildren(el("strong", { class: `badge ${state}` }, word), why);
  byId("verdict").dataset.state = state;
}

let asked = 0;

async function inspect({ spoiled = "", issuer } = {}) {
  const token = area.value.trim();
  const question = ++asked;
  if (!token) {
    byId("verdict").replaceChildren();
    delete byId("verdict").dataset.state;
    byId("decoded").replaceChildren();
    return;
  }
  const answer = await api("POST", "/verify", issuer ? { token, issuer } : { token });
  if (question !== asked) return;  // it was changed meanwhile
  showVerdict(answer, spoiled);
  byId("decoded").replaceChildren(...[
    answer.opaque ? el("p", { class: "hint" }, "It says nothing by itself; introspection and userinfo know it.") : null,
    membersTable("Header", answer.header, "header"),
    membersTable("Claims", answer.claims, "claims"),
  ].filter(Boolean));
}

export async function showToken(token, how) {
  area.value = token;
  await inspect(how);
}

let pause = 0;
area.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(() => attempt(() => inspect()), 250);
});
byId("copy-token").addEventListener("click", (event) => copyText(area.value.trim(), event.currentTarget));
byId("copy-call").addEventListener("click", (event) => {
  const url = byId("mint").elements.aud.value || "URL";
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`;
  copyText([`curl -i ${quote(url)}`, `  -H 'Authorization: Bearer ${area.value.trim()}'`,
    "  -H 'Content-Type: application/json'", "  -H 'Accept: application/json, text/event-stream'", `  -d '${body}'`].join(" \\\n"),
  event.currentTarget);
});

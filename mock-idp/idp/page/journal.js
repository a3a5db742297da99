// The journal as it grows. The stream is read with fetch, as an EventSource cannot show an admin token.
import { api, attempt, request } from "./api.js";
import { byId, codeBlock, copyButton, el, quote } from "./dom.js";
import { currentIssuer, providerOrigin, refreshIssuers } from "./issuers.js";

const kShown = 200;   // rows; more would be slow, and nobody reads them
const kKept = 2000;   // entries that the filter looks at
const kAnnounce = 2000;  // milliseconds
const kFew = 10;         // rows at once that are worth a glimmer

const form = byId("journal-filter");
const list = byId("journal");
let entries = [];     // oldest first
let seen = 0;         // since the page was opened or the journal cleared
let last = 0;
let fresh = [];       // not drawn yet
let drawing = false;
let busy = false;     // more came at once than is shown
let announced = 0;

const family = (status) => (status === 0 ? "none" : `s${String(status)[0]}`);
const clock = (time) => time.slice(11, 19);

function textOf(entry) {
  entry.text ??= [entry.sequence, entry.issuer, entry.endpoint, entry.method, entry.target, entry.status, entry.fault,
    entry.body, ...entry.headers.flat()].join(" ").toLowerCase();
  return entry.text;
}

function wanted(entry) {
  const words = form.elements.text.value.toLowerCase().split(/[\s,]+/).filter(Boolean);
  return words.every((word) => textOf(entry).includes(word));
}

/// The same request again.
function curlOf(entry) {
  const lines = [`curl -i ${entry.method === "GET" ? "" : `-X ${entry.method} `}${quote(providerOrigin() + entry.target)}`];
  for (const [name, value] of entry.headers) {
    if (/^(host|content-length|connection|accept-encoding)$/i.test(name)) continue;
    lines.push(`  -H ${quote(`${name}: ${value}`)}`);
  }
  if (entry.body) lines.push(`  --data-raw ${quote(entry.body)}`);
  return lines.join(" \\\n");
}

function details(entry) {
  const head = [`${entry.method} ${entry.target}`, ...entry.headers.map(([name, value]) => `${name}: ${value}`)].join("\n");
  return [
    codeBlock(entry.body ? `${head}\n\n${entry.body}` : head, `request ${entry.sequence}`),
    el("p", { class: "line" }, copyButton(() => curlOf(entry), { label: "Copy as curl" }),
      el("small", {}, `${entry.time}, connection ${entry.connection}${entry.fault ? `, fault ${entry.fault}` : ""}`)),
  ];
}

function row(entry) {
  const more = el("details", {},
    el("summary", {},
      el("span", { class: "number" }, String(entry.sequence)),
      el("time", { datetime: entry.time }, clock(entry.time)),
      el("span", { class: `badge status ${family(entry.status)}` }, entry.status === 0 ? "none" : String(entry.status)),
      el("span", { class: "method" }, entry.method),
      el("span", { class: "endpoint" }, entry.endpoint),
      el("span", { class: "target" }, entry.target),
      entry.fault ? el("span", { class: "badge fault" }, entry.fault) : null));
  more.addEventListener("toggle", () => {
    if (more.open && more.children.length === 1) more.append(...details(entry));
  });
  return el("li", { "data-sequence": entry.sequence }, more);
}

function count() {
  const shown = list.children.length;
  byId("journal-count").textContent = seen === 0 ? "" : `${shown} of ${seen} shown`;
  byId("journal-empty").hidden = seen > 0;
}

/// At most every other second, and in few words: somebody listens to this.
function announce(news) {
  if (news.length === 0 || Date.now() - announced < kAnnounce) return;
  announced = Date.now();
  const { method, endpoint, status } = news.at(-1);
  byId("journal-said").textContent = news.length === 1
    ? `${method} ${endpoint}, ${status}` : `${news.length} new requests, the last ${method} ${endpoint}, ${status}`;
}

/// Draws what came since the last time, in one go.
function draw() {
  drawing = false;
  if (form.elements.pause.checked) return;
  const news = fresh;
  fresh = [];
  const rows = news.filter(wanted).slice(-kShown).reverse().map(row);
  if (rows.length <= kFew) rows.forEach((one) => one.classList.add("fresh"));
  busy = rows.length === kShown;
  if (busy) list.replaceChildren(...rows);
  else list.prepend(...rows);
  while (list.children.length > kShown) list.lastElementChild.remove();
  announce(news);
  count();
}

function schedule() {
  if (drawing) return;
  drawing = true;
  setTimeout(() => requestAnimationFrame(draw), busy ? 500 : 100);
}

let known = new Set();

function take(entry) {
  last = Math.max(last, entry.sequence);
  seen += 1;
  entries.push(entry);
  if (entries.length > 2 * kKept) entries = entries.slice(-kKept);
  fresh.push(entry);
  if (fresh.length > kKept) fresh = fresh.slice(-kKept);
  if (entry.fault) document.dispatchEvent(new CustomEvent("fault-acted"));
  if (entry.issuer && !known.has(entry.issuer)) {
    known.add(entry.issuer);
    if (currentIssuer()) refreshIssuers().catch(() => {});
  }
  schedule();
}

function redraw() {
  fresh = [];
  list.replaceChildren(...entries.slice(-kKept).filter(wanted).slice(-kShown).reverse().map(row));
  count();
}

function connection(state, words) {
  const place = byId("connection");
  place.dataset.state = state;
  if (place.textContent !== words) place.textContent = words;
}

/// One server-sent event: its lines without the line ends.
function event(lines) {
  const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart()).join("\n");
  if (data) take(JSON.parse(data));
}

async function follow() {
  const response = await request(`/journal/stream?since=${last}`);
  if (!response.ok) throw new Error(`the stream answered ${response.status}`);
  connection("live", "live");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) event(block.split("\n"));
  }
}

function forget(from) {
  entries = [];
  seen = 0;
  last = from;
  redraw();
}

async function followForEver() {
  for (let pause = 500; ; pause = Math.min(pause * 2, 5000)) {
    try {
      const start = await api("GET", "/journal?limit=1");
      if (start.last < last) forget(0);  // it was started anew
      await follow();
      pause = 500;
    } catch {
      // Said below; the next attempt comes by itself.
    }
    connection("lost", "not connected");
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

export async function startJournal() {
  form.addEventListener("submit", (submitted) => submitted.preventDefault());
  form.elements.text.addEventListener("input", redraw);
  form.elements.pause.addEventListener("change", redraw);
  byId("journal-clear").addEventListener("click", () => attempt(async () => {
    forget((await api("DELETE", "/journal")).last);
  }));
  document.addEventListener("provider-reset", () => forget(last));
  const start = await api("GET", `/journal?limit=${kShown}`);
  for (const entry of start.entries) take(entry);
  seen = start.count;
  last = start.last;
  followForEver();
}

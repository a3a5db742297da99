// The steering API of this very origin. Where the provider wants its admin token, it is asked for once.
import { byId } from "./dom.js";

const kToken = "mcp-authspec-admin-token";
let asking = null;
let ahead = 0;  // the provider's clock against ours, in milliseconds: it can be moved

export const providerNow = () => Date.now() + ahead;

export function setProviderNow(milliseconds) {
  ahead = milliseconds - Date.now() || 0;
  if (Math.abs(ahead) < 2000) ahead = 0;  // the Date header counts whole seconds
}

const headers = () => {
  const token = sessionStorage.getItem(kToken);
  return token ? { Authorization: `Bearer ${token}` } : {};
};

/// Asks for the admin token; several callers share one dialog.
function askForToken() {
  asking ??= new Promise((resolve) => {
    const dialog = byId("admin");
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(kToken, byId("admin-token").value.trim());
      byId("admin-token").value = "";
      asking = null;
      resolve();
    }, { once: true });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.showModal();
  });
  return asking;
}

/// fetch with the admin token; asks for it, and again, as long as it is not the right one.
export async function request(path, options = {}) {
  for (;;) {
    const sent = sessionStorage.getItem(kToken);
    const response = await fetch(`/_ctl${path}`, {
      ...options, cache: "no-store", redirect: "error", headers: { ...options.headers, ...headers() },
    });
    setProviderNow(Date.parse(response.headers.get("Date") ?? ""));
    if (response.status !== 401) return response;
    // Somebody else may have got the right one meanwhile.
    if (sessionStorage.getItem(kToken) === sent) await askForToken();
  }
}

/// What the provider answers, or an Error with its own words.
export async function api(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await request(path, options);
  } catch {
    throw new Error("The provider cannot be reached. Is it still running?");
  }
  const json = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(json.error ?? `The provider answered ${response.status}`);
  return json;
}

export const issuerPath = (name) => `/issuers/${encodeURIComponent(name)}`;

/// The admin token is not for the clipboard, so lines to copy read it from the environment.
export function controlCurl(origin, method, path, body) {
  const lines = [`curl -s ${method === "GET" ? "" : `-X ${method} `}${origin}/_ctl${path}`];
  if (sessionStorage.getItem(kToken)) lines.push(`  -H "Authorization: Bearer $MOCK_IDP_ADMIN_TOKEN"`);
  if (body !== undefined) {
    lines.push(`  -H 'Content-Type: application/json'`, `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(" \\\n");
}

/// Shows what went wrong; without a message, nothing went wrong any more.
export function notice(message = "") {
  const place = byId("notice");
  place.hidden = !message;
  place.textContent = message;
}

/// Runs something that a person asked for.
export async function attempt(action) {
  try {
    const result = await action();
    notice();
    return result;
  } catch (error) {
    notice(error.message);
    return undefined;
  }
}

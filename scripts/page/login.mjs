// A login through the login page: code with PKCE, ending at a listener as native clients have one.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import http from "node:http";
import path from "node:path";
import { createRemoteJWKSet, jwtVerify } from "jose";

const kResource = "http://127.0.0.1:3000/mcp";

/// A redirect listener, and what came to it.
async function listener() {
  let got;
  const arrived = new Promise((resolve) => { got = resolve; });
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    let body = "";
    for await (const chunk of request) body += chunk;
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><link rel=icon href=data:,><title>Done</title><p>You may close this window.");
    if (url.pathname === "/callback") got(request.method === "POST" ? new URLSearchParams(body) : url.searchParams);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { uri: `http://127.0.0.1:${server.address().port}/callback`, arrived, close: () => server.close() };
}

async function register(issuer, uri) {
  const answer = await fetch(`${issuer}/register`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ client_name: "The page's check", redirect_uris: [uri], token_endpoint_auth_method: "none" }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).client_id;
}

/// Goes through the whole of it; `press` does what a person does on the login page.
async function login(page, issuer, press, extra = {}) {
  const client = await listener();
  const clientId = await register(issuer, client.uri);
  const verifier = crypto.randomBytes(32).toString("base64url");
  const state = crypto.randomBytes(8).toString("hex");
  const question = new URLSearchParams({
    response_type: "code", client_id: clientId, redirect_uri: client.uri, scope: "openid mcp:tools", state, resource: kResource,
    code_challenge: crypto.createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256", ...extra,
  });
  await page.goto(`${issuer}/authorize?${question}`);
  await press(page);
  const answer = await client.arrived;
  await page.waitForFunction(() => document.title === "Done");
  client.close();
  assert.equal(answer.get("state"), state);
  assert.equal(answer.get("iss"), issuer);
  if (answer.has("error")) return { error: answer.get("error") };
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "authorization_code", code: answer.get("code"), redirect_uri: client.uri, client_id: clientId, code_verifier: verifier, resource: kResource }),
  });
  const tokens = await response.json();
  assert.equal(response.status, 200, JSON.stringify(tokens));
  const { payload } = await jwtVerify(tokens.access_token, createRemoteJWKSet(new URL(`${issuer}/jwks`)), { issuer, audience: kResource });
  return { payload };
}

export async function checkLogins({ check, open, settings: { origin, pictures } }) {
  for (const [name, issuer] of [["lax", `${origin}/i/login`], ["strict", `${origin}/i/login~strict`]]) {
    const { page, context } = await open(origin);
    await check(`${name}: a person logs in, and the client gets a token that verifies`, async () => {
      const { payload } = await login(page, issuer, async () => {
        await page.screenshot({ path: path.join(pictures, `login-${name}.png`), fullPage: true });
        await page.locator("button.user").first().click();
      });
      assert.ok(payload.sub);
      assert.match(payload.scope, /mcp:tools/);
    });
    await check(`${name}: who says no is sent back with access_denied`, async () => {
      const { error } = await login(page, issuer, () => page.getByRole("button", { name: "Deny" }).click(), { prompt: "consent" });
      assert.equal(error, "access_denied");
    });
    await check(`${name}: somebody else logs in with the keyboard, with claims of their own`, async () => {
      const { payload } = await login(page, issuer, async () => {
        await page.getByLabel("Somebody else").fill("carol@example.test");
        await page.getByLabel("claims").fill('{"team": "blue"}');
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
      }, { prompt: "login" });
      assert.equal(payload.sub, "carol@example.test");
      assert.equal(payload.team, "blue");
    });
    await check(`${name}: form_post brings the answer in a form that nobody has to send`, async () => {
      const { payload } = await login(page, issuer, () => page.locator("button.user").first().click(),
                                      { prompt: "consent", response_mode: "form_post" });
      assert.ok(payload.sub);
    });
    await context.close();
  }
}

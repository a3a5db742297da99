// Issuers, keys and tokens.
import assert from "node:assert/strict";
import { createRemoteJWKSet, jwtVerify } from "jose";

const states = (page) => page.$$eval("#keys .key", (rows) =>
  Object.fromEntries(rows.map((row) => [row.querySelector(".kid code").textContent, row.dataset.state])));

/// Forgets the verdict before, so that the next one cannot be mistaken for it.
const forget = (page) => page.evaluate(() => {
  document.querySelector("#verdict").dataset.state = "";
  document.querySelector("#notice").textContent = "";
});

async function mint(page, wanted) {
  await forget(page);
  await page.click("#mint button.primary");
  return verdict(page, wanted);
}

async function verdict(page, wanted) {
  await page.waitForFunction((state) => document.querySelector("#verdict").dataset.state === state, wanted);
  return page.textContent("#verdict");
}

async function press(page, selector, wanted) {
  await page.evaluate(() => { document.querySelector("#keys-said").textContent = ""; });
  await page.click(selector);
  await page.waitForFunction((text) => document.querySelector("#keys-said").textContent.includes(text), wanted);
}

export async function checkPage({ check, open, settings: { origin } }) {
  const { page, context, complaints } = await open(origin);
  const answer = await page.goto(`${origin}/`);
  await page.waitForSelector("#keys .key");

  await check("the policy lets nothing in from elsewhere, and nothing inline", async () => {
    const policy = answer.headers()["content-security-policy"];
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|http/);
    assert.equal(await page.$$eval("[style], [onclick], script:not([src]), style", (found) => found.length), 0);
  });
  await check("a client that is no browser gets text", async () => {
    const text = await (await fetch(`${origin}/`)).text();
    assert.match(text, /\/i\/main/);
    assert.doesNotMatch(text, /<html/);
  });
  await check("issuers and keys are shown", async () => {
    assert.equal(await page.textContent("#issuer-list [aria-pressed=true]"), "main");
    assert.match(await page.textContent("#issuer-facts"), new RegExp(`${origin}/i/main/jwks`));
    const published = await (await fetch(`${origin}/i/main/jwks`)).json();
    assert.deepEqual(Object.keys(await states(page)), published.keys.map((key) => key.kid));
  });
  await check("Rotate brings a key, and the one before becomes passive", async () => {
    const before = await states(page);
    await page.selectOption("#key-alg", "ES256");
    await press(page, "#key-verbs [value=rotate]", "signs now");
    const after = await states(page);
    const [kid] = Object.keys(after).filter((one) => !(one in before));
    assert.equal(after[kid], "active");
    assert.equal(after["es256-0"], "passive");
    const { keys } = await (await fetch(`${origin}/i/main/jwks`)).json();
    assert.ok(keys.some((key) => key.kid === kid));
  });
  await check("a key has its verbs, and its state can be set", async () => {
    await page.click('[data-kid="es256-0"]');
    await press(page, '.verbs :text("Withdraw")', "Withdraw");
    assert.equal((await states(page))["es256-0"], "retired");
    await page.selectOption(".verbs select", "ghost");
    await press(page, '.verbs :text("Set")', "is ghost");
    assert.equal((await states(page))["es256-0"], "ghost");
    await page.selectOption(".verbs select", "retired");
    await press(page, '.verbs :text("Set")', "is retired");
  });
  await check("odd members of the set are published and removed", async () => {
    await page.click("#published > summary");
    await press(page, "#publish [value=publish]", "Published");
    assert.match(await page.textContent("#jwks"), /unheard-of/);
    await press(page, "#publish [value=clear]", "again");
    assert.doesNotMatch(await page.textContent("#jwks"), /unheard-of/);
  });
  await check("a token is minted, taken apart and found good", async () => {
    await page.fill("#mint [name=scope]", "mcp:tools");
    await mint(page, "good");
    const claims = await page.textContent("#decoded .claims");
    assert.match(claims, /http:\/\/127\.0\.0\.1:3000\/mcp/);
    assert.match(claims, /mcp:tools/);
    assert.match(claims, /in 5 min/);
    const token = await page.inputValue("#token");
    await jwtVerify(token, createRemoteJWKSet(new URL(`${origin}/i/main/jwks`)), { issuer: `${origin}/i/main`, audience: "http://127.0.0.1:3000/mcp" });
  });
  await check("a spoiled token is shown as refused", async () => {
    for (const [mutation, reason] of [["alg-none-lower", /signature/], ["aud-other", /aud/]]) {
      await page.selectOption("#mint [name=mutate]", mutation);
      assert.match(await mint(page, "refused"), reason);
    }
    await page.selectOption("#mint [name=mutate]", "");
    await page.fill("#mint [name=ttl]", "-60");
    assert.match(await mint(page, "refused"), /exp/);
    await page.fill("#mint [name=ttl]", "300");
  });
  await check("no spoiled token is called good", async () => {
    const mutations = await page.$$eval("#mint [name=mutate] option", (all) => all.map((one) => one.value).filter(Boolean));
    assert.ok(mutations.length > 50);
    for (const mutation of mutations) {
      await forget(page);
      await page.selectOption("#mint [name=mutate]", mutation);
      await page.click("#mint button.primary");
      await page.waitForFunction(() => document.querySelector("#verdict").dataset.state || document.querySelector("#notice").textContent);
      const state = await page.$eval("#verdict", (place) => place.dataset.state);
      assert.notEqual(state, "good", mutation);
    }
    await page.selectOption("#mint [name=mutate]", "");
  });
  await check("what is wrong with a recipe is said", async () => {
    await page.click("#mint summary");
    await page.fill("#mint [name=claims]", "{tenant: 1}");
    await page.click("#mint button.primary");
    await page.waitForFunction(() => document.querySelector("#notice").textContent.includes("Claims"));
    await page.fill("#mint [name=claims]", '{"tenant": "blue"}');
    await mint(page, "good");
    assert.match(await page.textContent("#decoded .claims"), /"blue"/);
    assert.equal(await page.isVisible("#notice"), false);
  });
  await check("the buttons copy", async () => {
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.click("#copy-token");
    await page.waitForFunction(() => document.querySelector("#copy-token").textContent === "Copied");
    assert.equal(await clipboard(), await page.inputValue("#token"));
    await page.click("#mint-curl");
    await page.waitForFunction(() => document.querySelector("#mint-curl").textContent === "Copied");
    assert.match(await clipboard(), /^curl .*\/_ctl\/mint/);
    await page.click("#copy-call");
    await page.waitForFunction(() => document.querySelector("#copy-call").textContent === "Copied");
    assert.match(await clipboard(), /Authorization: Bearer ey/);
  });
  await check("a token that was pasted is judged", async () => {
    const token = await page.inputValue("#token");
    await page.fill("#token", `${token.slice(0, -8)}AAAAAAAA`);
    assert.match(await verdict(page, "refused"), /signature/);
    await page.fill("#token", token);
    await verdict(page, "good");
    await page.fill("#token", "no token");
    assert.match(await verdict(page, "refused"), /no JWT/);
  });
  await check("lines for servers name the issuer", async () => {
    const text = {};
    for (const name of ["curl", "FastMCP", "TypeScript SDK", "Python SDK", "mcp-authspec"]) {
      await page.check(`#stacks [value="${name}"]`, { force: true });
      text[name] = await page.textContent("#connect");
      assert.ok(text[name].includes(`${origin}/i/main`), name);
    }
    assert.match(text.FastMCP, /FASTMCP_SERVER_AUTH_JWT_JWKS_URI=/);
    assert.match(text["TypeScript SDK"], /JWKS_URI=/);
    assert.match(text["Python SDK"], /ISSUER=/);
  });
  await check("another issuer is made by its name", async () => {
    await page.fill("#issuer-name", "other~okta~strict");
    await page.click("#open-issuer button");
    await page.waitForFunction(() => document.querySelector("#issuer-list [aria-pressed=true]")?.textContent === "other~okta~strict");
    assert.match(await page.textContent("#issuer-facts"), /okta/);
    await page.fill("#issuer-name", "other~nonesuch");
    await page.click("#open-issuer button");
    await page.waitForFunction(() => document.querySelector("#notice").textContent.includes("nonesuch"));
    await page.click('#issuer-list :text-is("main")');
    await page.waitForFunction(() => document.querySelector("#keys-of").textContent === "of main");
  });
  // The provider refuses what is wrong with 400, and Chromium tells its console.
  await check("nothing was complained about", () => {
    assert.deepEqual(complaints.filter((one) => !/status of 400/.test(one)), []);
  });
  await context.close();
}

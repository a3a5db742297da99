// The journal as it grows.
import assert from "node:assert/strict";
import http from "node:http";

const kMany = 10_000;
const kRows = 200;

/// Many requests on few connections.
async function flood(origin, count) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  let left = count;
  const ask = () => new Promise((resolve, reject) => {
    http.get(`${origin}/i/main/.well-known/openid-configuration`, { agent }, (answer) => answer.resume().on("end", resolve)).on("error", reject);
  });
  await Promise.all(Array.from({ length: 16 }, async () => { while (left-- > 0) await ask(); }));
  agent.destroy();
}

export async function checkJournal({ check, open, settings: { origin } }) {
  const { page, context, complaints } = await open(origin);
  await page.goto(`${origin}/`);
  await page.waitForSelector("#connection[data-state=live]");
  await page.evaluate(() => { window.sameDocument = true; });

  await check("a request appears without a reload", async () => {
    await fetch(`${origin}/i/main/jwks?mark=4711`);
    await page.waitForSelector('#journal .target:text("mark=4711")');
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    await page.waitForFunction(() => document.querySelector("#journal-said").textContent !== "");
  });
  await check("what comes from outside stays text", async () => {
    const markup = "<img src=/x onerror=document.title=1>";
    await fetch(`${origin}/i/main/token`, { method: "POST", body: new URLSearchParams({ grant_type: markup }), headers: { "X-Odd": markup } });
    const row = page.locator("#journal li", { hasText: "/i/main/token" }).first();
    await row.locator("summary").click();
    await row.locator("pre").waitFor();
    assert.match(await row.locator("pre").textContent(), /X-Odd: <img/i);
    assert.equal(await page.locator("#journal img").count(), 0);
    await row.getByText("Copy as curl").click();
    const line = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(line, /^curl -i -X POST/);
    assert.ok(line.includes("--data-raw"));
  });
  await check("the filter leaves out the others", async () => {
    await page.fill("#journal-filter [name=text]", "mark=4711");
    await page.waitForFunction(() => document.querySelectorAll("#journal li").length === 1);
    await page.fill("#journal-filter [name=text]", "");
  });
  await check("Pause holds it still, and afterwards it catches up", async () => {
    await page.check("#journal-filter [name=pause]");
    const before = await page.locator("#journal li").count();
    await fetch(`${origin}/i/main/jwks?paused=1`);
    await page.waitForTimeout(400);
    assert.equal(await page.locator("#journal li").count(), before);
    await page.uncheck("#journal-filter [name=pause]");
    await page.waitForSelector('#journal .target:text("paused=1")');
  });
  await check(`${kMany} requests leave ${kRows} rows and a page that answers`, async () => {
    await page.evaluate(() => {
      window.longest = 0;
      let before = performance.now();
      const frame = (now) => { window.longest = Math.max(window.longest, now - before); before = now; requestAnimationFrame(frame); };
      requestAnimationFrame(frame);
    });
    await flood(origin, kMany);
    await fetch(`${origin}/i/main/jwks?after=flood`);
    await page.waitForSelector('#journal .target:text("after=flood")', { timeout: 60_000 });
    assert.ok(await page.locator("#journal li").count() <= kRows);
    const elements = await page.$$eval("*", (all) => all.length);
    assert.ok(elements < 6000, `${elements} elements`);
    await page.fill("#journal-filter [name=text]", "after=flood");
    await page.waitForFunction(() => document.querySelectorAll("#journal li").length === 1);
    await page.fill("#journal-filter [name=text]", "");
    console.log(`     the longest time without a frame was ${Math.round(await page.evaluate(() => window.longest))} ms`);
  });
  await check("Clear empties it, and it grows again", async () => {
    await page.click("#journal-clear");
    await page.waitForFunction(() => document.querySelectorAll("#journal li").length === 0);
    await fetch(`${origin}/i/main/jwks?again=1`);
    await page.waitForSelector('#journal .target:text("again=1")');
  });
  await check("nothing was complained about by the journal", () => assert.deepEqual(complaints, []));
  await context.close();
}

// Faults, the clock, who logs in next, and back to the start.
import assert from "node:assert/strict";
import crypto from "node:crypto";

async function press(page, selector, wanted) {
  await page.evaluate(() => { document.querySelector("#misbehave-said").textContent = ""; });
  await page.click(selector);
  await page.waitForFunction((text) => document.querySelector("#misbehave-said").textContent.includes(text), wanted);
}

const clock = (page) => page.$eval("#clock", (time) => Date.parse(`${time.textContent.slice(0, 19).replace(" ", "T")}Z`));

export async function checkMisbehave({ check, open, settings: { origin } }) {
  const { page, context, complaints } = await open(origin);
  const jwks = `${origin}/i/faulty/jwks`;
  await page.goto(`${origin}/#faulty`);
  await page.waitForSelector("#connection[data-state=live]");

  await check("a fault is planted, acts as often as was said, and the journal tells of it", async () => {
    await page.selectOption("#plant [name=endpoint]", "jwks");
    await page.selectOption("#plant [name=kind]", "status");
    await page.fill("#plant [name=status]", "418");
    await page.fill("#plant [name=times]", "1");
    await press(page, "#plant button.primary", "from now on");
    assert.equal(await page.locator("#faults li").count(), 1);
    assert.deepEqual([(await fetch(jwks)).status, (await fetch(jwks)).status], [418, 200]);
    await page.waitForSelector("#journal .fault");
    await page.waitForFunction(() => document.querySelectorAll("#faults li").length === 0);
  });
  await check("only what means something to a fault is asked for", async () => {
    await page.selectOption("#plant [name=kind]", "delay");
    assert.equal(await page.isVisible("#plant [name=seconds]"), true);
    assert.equal(await page.isVisible("#plant [name=status]"), false);
    await page.fill("#plant [name=times]", "");
    await page.fill("#plant [name=seconds]", "0.01");
    await press(page, "#plant button.primary", "from now on");
    assert.match(await page.textContent("#faults li"), /for ever/);
    await press(page, "#faults button", "behaves again");
    assert.equal(await page.locator("#faults li").count(), 0);
  });
  await check("the clock jumps and stands still, and tokens follow", async () => {
    const before = await clock(page);
    await page.click('[data-advance="3600"]');
    await page.waitForFunction((at) => Date.parse(`${document.querySelector("#clock").textContent.slice(0, 19).replace(" ", "T")}Z`) >= at + 3_590_000, before);
    await page.click("#mint button.primary");
    await page.waitForSelector("#verdict[data-state=good]");
    const issued = JSON.parse(Buffer.from((await page.inputValue("#token")).split(".")[1], "base64url")).iat;
    assert.ok(Math.abs(issued * 1000 - before - 3_600_000) < 60_000);
    assert.match(await page.textContent("#decoded .claims"), /in 5 min/);
    await page.click("#clock-freeze");
    await page.waitForFunction(() => document.querySelector("#clock-state").textContent === "stands still");
    await page.click("#clock-freeze");
    await page.waitForFunction(() => document.querySelector("#clock-state").textContent === "moved");
    await page.click("#clock-now");
    await page.waitForFunction(() => document.querySelector("#clock-state").hidden);
  });
  await check("who is enqueued logs in without a page", async () => {
    await page.fill("#enqueue [name=sub]", "dora");
    await press(page, "#enqueue button", "dora logs in next");
    const question = new URLSearchParams({
      response_type: "code", client_id: "me", redirect_uri: "http://127.0.0.1:1/callback", code_challenge: crypto.createHash("sha256").update("v".repeat(43)).digest("base64url"), code_challenge_method: "S256",
    });
    const answer = await fetch(`${origin}/i/faulty/authorize?${question}`, { redirect: "manual" });
    assert.match(answer.headers.get("location"), /callback\?code=/);
  });
  await check("everything goes back to the start", async () => {
    await page.selectOption("#plant [name=kind]", "reset");
    await press(page, "#plant button.primary", "from now on");
    await page.click("#key-verbs [value=rotate]");
    await page.waitForFunction(() => document.querySelectorAll("#keys .key").length === 4);
    await press(page, "#reset", "as it was");
    await page.waitForFunction(() => document.querySelectorAll("#keys .key").length === 3);
    assert.equal(await page.locator("#faults li").count(), 0);
    assert.equal((await fetch(jwks)).status, 200);
    await page.waitForFunction(() => document.querySelectorAll("#journal li").length === 1);
  });
  await check("nothing was complained about by faults", () => assert.deepEqual(complaints, []));
  await context.close();
}

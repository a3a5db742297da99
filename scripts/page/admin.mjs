// A provider that can be reached from elsewhere wants its admin token.
import assert from "node:assert/strict";

export async function checkAdminToken({ check, open, settings: { guarded } }) {
  const { page, context, complaints } = await open(guarded.origin);
  await check("the admin token is asked for, and again while it is wrong", async () => {
    await page.goto(`${guarded.origin}/`);
    await page.waitForSelector("#admin[open]");
    assert.equal(await page.locator("#keys .key").count(), 0);
    await page.fill("#admin-token", "wrong");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("#admin").open && document.querySelector("#admin-token").value === "");
    await page.fill("#admin-token", guarded.token);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#keys .key");
    await page.waitForSelector("#connection[data-state=live]");
  });
  await check("it is kept for this tab only", async () => {
    await page.reload();
    await page.waitForSelector("#keys .key");
    const kept = await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie]);
    assert.deepEqual(kept, [1, 0, ""]);
    assert.doesNotMatch(await page.content(), new RegExp(guarded.token));
  });
  await check("lines to copy do not have it", async () => {
    await page.click("#mint-curl");
    await page.waitForFunction(() => document.querySelector("#mint-curl").textContent === "Copied");
    const line = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(line.includes("MOCK_IDP_ADMIN_TOKEN"));
    assert.ok(!line.includes(guarded.token));
  });
  await check("nothing else was complained about", () => {
    assert.deepEqual(complaints.filter((one) => !/status of 401/.test(one)), []);
  });
  await context.close();
}

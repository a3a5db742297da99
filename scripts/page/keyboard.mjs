// Everything with the keyboard alone, and a name for everything.
import assert from "node:assert/strict";

/// Presses Tab until the selector has the focus.
async function tabTo(page, selector) {
  for (let n = 0; n < 400; ++n) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`${selector} cannot be reached with Tab`);
}

export async function checkKeyboard({ check, open, settings: { origin } }) {
  const { page, context, complaints } = await open(origin);
  await page.goto(`${origin}/#keyboard`);
  await page.waitForSelector("#keys .key");

  await check("the first Tab offers to skip to the page", async () => {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  });
  await check("keys are rotated and tokens minted with the keyboard alone", async () => {
    const before = await page.locator("#keys .key").count();
    await tabTo(page, "#key-verbs [value=rotate]");
    await page.keyboard.press("Enter");
    await page.waitForFunction((count) => document.querySelectorAll("#keys .key").length === count + 1, before);
    await tabTo(page, "#keys button[data-kid]");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#keys .verbs");
    assert.ok(await page.evaluate(() => document.activeElement.matches("[data-kid]")), "the focus was lost");
    await tabTo(page, ".verbs button");
    await tabTo(page, "#mint button.primary");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#verdict[data-state=good]");
  });
  await check("a request of the journal opens with the keyboard", async () => {
    await fetch(`${origin}/i/keyboard/jwks`);
    await page.waitForSelector("#journal li");
    await tabTo(page, "#journal summary");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#journal li pre");
  });
  await check("whatever has the focus shows it", async () => {
    await page.evaluate(() => document.activeElement.blur());
    for (let n = 0; n < 60; ++n) {
      await page.keyboard.press("Tab");
      const bare = await page.evaluate(() => {
        const one = document.activeElement;
        const shown = one.matches(".segments input") ? one.nextElementSibling : one;
        return one === document.body || getComputedStyle(shown).outlineStyle !== "none" ? "" : one.outerHTML;
      });
      assert.equal(bare, "");
    }
  });
  await check("every control has a name", async () => {
    const nameless = await page.$$eval("input, select, textarea, button, a, summary", (all) => all.filter((one) =>
      !(one.labels?.length || one.textContent.trim() || one.getAttribute("aria-label"))).map((one) => one.outerHTML));
    assert.deepEqual(nameless, []);
  });
  await check("nothing was complained about by the keyboard's page", () => assert.deepEqual(complaints, []));
  await context.close();
}

// Light and dark, wide and narrow; pictures of all of it.
import assert from "node:assert/strict";
import path from "node:path";

/// Relative luminance (WCAG 2.2) of "rgb(…)"; and the contrast of two of them.
const contrast = `(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (/^rgb\\(/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("h1, h2, p, label, small, dt, dd, td, th, button, summary, .meaning, .target, code")]
    .filter((one) => one.checkVisibility() && one.textContent.trim() && !one.closest(".unseen"))
    .map((one) => {
      const [a, b] = [light(getComputedStyle(one).color), light(ground(one))];
      return { ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), what: one.outerHTML.slice(0, 120) };
    })
    .filter(({ ratio }) => ratio < 4.5).map(({ ratio, what }) => ratio.toFixed(2) + " " + what);
})()`;

async function fill(page, origin) {
  await page.goto(`${origin}/`);
  await page.waitForSelector("#keys .key");
  await page.waitForSelector("#connection[data-state=live]");
  for (const what of ["jwks", ".well-known/openid-configuration", "nowhere", "authorize?client_id=me"]) await fetch(`${origin}/i/main/${what}`);
  await fetch(`${origin}/i/main/token`, { method: "POST", body: new URLSearchParams({ grant_type: "client_credentials", client_id: "me", client_secret: "any" }) });
  await page.fill("#mint [name=scope]", "mcp:tools");
  await page.click("#mint button.primary");
  await page.waitForSelector("#verdict[data-state=good]");
  await page.waitForFunction(() => document.querySelectorAll("#journal li").length > 4);
}

export async function checkLooks({ check, open, settings: { origin, pictures } }) {
  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["narrow-light", { colorScheme: "light", viewport: { width: 360, height: 740 } }],
    ["narrow-dark", { colorScheme: "dark", viewport: { width: 360, height: 740 } }],
  ]) {
    const { page, context, complaints } = await open(origin, { reducedMotion: "reduce", ...options });
    await fill(page, origin);
    await page.screenshot({ path: path.join(pictures, `page-${name}.png`), fullPage: true });
    await check(`${name}: text is legible, nothing sticks out`, async () => {
      assert.deepEqual(await page.evaluate(contrast), []);
      const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide[0] <= wide[1], `${wide[0]} px on a screen of ${wide[1]} px`);
      const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0] < 128);
      assert.equal(dark, name.includes("dark"));
      assert.deepEqual(complaints, []);
    });
    await context.close();
  }
}

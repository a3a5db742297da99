// node check.mjs SETTINGS: exit code 0 if the provider's page does what it should.
import { chromium } from "playwright-core";
import { checkAdminToken } from "./admin.mjs";
import { checkJournal } from "./journal.mjs";
import { checkKeyboard } from "./keyboard.mjs";
import { checkLogins } from "./login.mjs";
import { checkLooks } from "./looks.mjs";
import { checkMisbehave } from "./misbehave.mjs";
import { checkPage } from "./page.mjs";

const settings = JSON.parse(process.argv[2]);
const browser = await chromium.launch({ executablePath: settings.browser, args: ["--no-sandbox"] });
let passed = 0;
let failed = 0;

/// One check: throws where something is wrong.
async function check(name, body) {
  try {
    await body();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n     ${String(error.message ?? error).split("\n").slice(0, 6).join("\n     ")}`);
  }
}

/// A page whose complaints are collected: console, exceptions, policy violations, foreign requests.
async function open(origin, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`asked somebody else: ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  return { page, context, complaints };
}

const tools = { check, open, settings };
try {
  await checkPage(tools);
  await checkJournal(tools);
  await checkMisbehave(tools);
  await checkKeyboard(tools);
  await checkLooks(tools);
  await checkLogins(tools);
  await checkAdminToken(tools);
} finally {
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

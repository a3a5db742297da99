import { api, attempt } from "./api.js";
import { startClock } from "./clock.js";
import { startConnect } from "./connect.js";
import { startFaults } from "./faults.js";
import { showIssuer, startIssuers } from "./issuers.js";
import { startJournal } from "./journal.js";
import { startKeys } from "./keys.js";
import { startMint } from "./mint.js";

await attempt(async () => {
  const words = await api("GET", "/scenarios");
  startIssuers(words);
  startKeys(words);
  startMint(words);
  startConnect();
  startFaults(words);
  startClock(words);
  startJournal();
  await showIssuer(decodeURIComponent(location.hash.slice(1)) || "main");
});

import { api, attempt } from "./api.js";
import { startConnect } from "./connect.js";
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
  startJournal();
  await showIssuer(decodeURIComponent(location.hash.slice(1)) || "main");
});

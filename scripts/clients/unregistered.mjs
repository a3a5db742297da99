// node unregistered.mjs ISSUER: openid-client 5, as an application that never registered. It expects
// an ID token that is signed with RS256 (OpenID Connect Core 1.0, section 2).
import { Issuer, generators } from "openid-client5";
import { Browser } from "./browser.mjs";
import { check, end, same } from "./report.mjs";

const redirect = "http://127.0.0.1:9/cb";

await check("openid-client 5: an ID token for a client that never registered", async () => {
  const issuer = await Issuer.discover(process.argv[2]);
  const client = new issuer.Client({
    client_id: "app", redirect_uris: [redirect], token_endpoint_auth_method: "none", response_types: ["code"],
  });
  const [verifier, nonce, state] = [generators.codeVerifier(), generators.nonce(), generators.state()];
  const url = client.authorizationUrl({
    scope: "openid profile email", code_challenge: generators.codeChallenge(verifier), code_challenge_method: "S256", nonce, state,
  });
  const back = await new Browser().logIn(url);
  const checks = { code_verifier: verifier, nonce, state };
  const tokens = await client.callback(redirect, client.callbackParams(String(back)), checks);
  same(tokens.claims().sub, "alice", "sub of the ID token");
  same((await client.userinfo(tokens)).sub, "alice", "sub of userinfo");
});

end();

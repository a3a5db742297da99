// node openid_client.mjs ISSUER: npm's openid-client against a strict issuer, each flow from discovery
// to a token that jose verifies.
import * as client from "openid-client";
import { Browser } from "./browser.mjs";
import { check, end, refused, same } from "./report.mjs";
import { verified } from "./tokens.mjs";

const issuer = new URL(process.argv[2]);
const redirect = "http://127.0.0.1:9/cb";
const resource = "http://127.0.0.1:3000/mcp";
const device = "urn:ietf:params:oauth:grant-type:device_code";
const all = ["authorization_code", "refresh_token", "client_credentials", device];
const insecure = { execute: [client.allowInsecureRequests] };

function register(how, more = {}) {
  const metadata = { redirect_uris: [redirect], grant_types: all, token_endpoint_auth_method: how, client_name: "openid-client", ...more };
  const authentication = { client_secret_post: client.ClientSecretPost(), client_secret_basic: client.ClientSecretBasic(), none: client.None() };
  return client.dynamicClientRegistration(issuer, metadata, authentication[how], insecure);
}

async function request(config, more = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true };
  const parameters = {
    redirect_uri: redirect, scope: "openid profile email mcp:read", resource, state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...more,
  };
  return { parameters, checks };
}

async function logIn(config, options = {}, more = {}) {
  const { parameters, checks } = await request(config, more);
  const back = await new Browser().logIn(client.buildAuthorizationUrl(config, parameters));
  return client.authorizationCodeGrant(config, back, checks, {}, options);
}

await check("openid-client: code with PKCE, state, nonce and iss, as a public client", async () => {
  const config = await register("none");
  const tokens = await logIn(config);
  same(tokens.claims().sub, "alice", "sub of the ID token");
  const claims = await verified(config.serverMetadata(), tokens.access_token, resource);
  same([claims.sub, claims.client_id, claims.scope], ["alice", config.clientMetadata().client_id, "openid profile email mcp:read"], "the token");
  same((await client.fetchUserInfo(config, tokens.access_token, "alice")).sub, "alice", "sub of userinfo");
});

for (const how of ["client_secret_basic", "client_secret_post"]) {
  await check(`openid-client: code, refresh, introspection and revocation with ${how}`, async () => {
    const config = await register(how);
    const first = await logIn(config);
    const second = await client.refreshTokenGrant(config, first.refresh_token, { resource });
    await verified(config.serverMetadata(), second.access_token, resource);
    same((await client.tokenIntrospection(config, second.access_token)).active, true, "active");
    await client.tokenRevocation(config, second.access_token);
    same((await client.tokenIntrospection(config, second.access_token)).active, false, "active");
    await refused(client.refreshTokenGrant(config, first.refresh_token), "invalid_grant");
    await refused(client.refreshTokenGrant(config, second.refresh_token), "invalid_grant");
  });
  await check(`openid-client: client_credentials with ${how}`, async () => {
    const config = await register(how);
    const tokens = await client.clientCredentialsGrant(config, { resource, scope: "mcp:read" });
    same((await verified(config.serverMetadata(), tokens.access_token, resource)).sub, config.clientMetadata().client_id, "sub");
  });
}

await check("openid-client: a device, once it is allowed", async () => {
  const config = await register("none");
  const started = await client.initiateDeviceAuthorization(config, { scope: "openid mcp:read", resource });
  await new Browser().allowDevice(started.verification_uri_complete, "bob");
  const tokens = await client.pollDeviceAuthorizationGrant(config, { ...started, interval: 1 }, undefined, { signal: AbortSignal.timeout(20_000) });
  same((await verified(config.serverMetadata(), tokens.access_token, resource)).sub, "bob", "sub");
});

await check("openid-client: DPoP from the code to userinfo", async () => {
  const config = await register("none", { dpop_bound_access_tokens: true });
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  const tokens = await logIn(config, { DPoP }, { dpop_jkt: await DPoP.calculateThumbprint() });
  same(tokens.token_type, "dpop", "token_type");
  const claims = await verified(config.serverMetadata(), tokens.access_token, resource);
  same(claims.cnf.jkt, await DPoP.calculateThumbprint(), "cnf.jkt");
  same((await client.fetchUserInfo(config, tokens.access_token, "alice", { DPoP })).sub, "alice", "sub of userinfo");
  const again = await client.refreshTokenGrant(config, tokens.refresh_token, { resource }, { DPoP });
  same(again.token_type, "dpop", "token_type after a refresh");
});

await check("openid-client: a pushed authorization request", async () => {
  const config = await register("client_secret_basic");
  const { parameters, checks } = await request(config);
  const url = await client.buildAuthorizationUrlWithPAR(config, parameters);
  same([...url.searchParams.keys()].sort(), ["client_id", "request_uri"], "the parameters");
  const tokens = await client.authorizationCodeGrant(config, await new Browser().logIn(url), checks);
  await verified(config.serverMetadata(), tokens.access_token, resource);
});

end();

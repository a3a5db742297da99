// node oauth4webapi.mjs ISSUER DPOP_NONCE_ISSUER OTHER_LAX_ISSUER: npm's oauth4webapi, which checks every answer against
// the RFCs, with each way of authenticating a client; and what its users build on it: DPoP with nonces,
// token exchange, ID-JAG.
import { exportJWK } from "jose";
import * as oauth from "oauth4webapi";
import { Browser } from "./browser.mjs";
import { check, end, refused, same } from "./report.mjs";
import { verified, verifiedIdJag } from "./tokens.mjs";

const [issuer, nonceIssuer, otherIssuer] = process.argv.slice(2).map((text) => new URL(text));
const insecure = { [oauth.allowInsecureRequests]: true };
const redirect = "http://127.0.0.1:9/cb";
const resource = "http://127.0.0.1:3000/mcp";
const grants = ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange",
                "urn:ietf:params:oauth:grant-type:jwt-bearer"];
const types = "urn:ietf:params:oauth:token-type:";

async function discover(at, algorithm) {
  return oauth.processDiscoveryResponse(at, await oauth.discoveryRequest(at, { ...insecure, algorithm }));
}

async function register(as, metadata) {
  const asked = { redirect_uris: [redirect], grant_types: grants, client_name: "oauth4webapi", ...metadata };
  return oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as, asked, insecure));
}

async function logIn(as, client, authentication, options = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const url = new URL(as.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: client.client_id, redirect_uri: redirect, response_type: "code", scope: "openid mcp:read mcp:write", resource, state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  })) url.searchParams.set(name, value);
  const back = await new Browser().logIn(url);
  const parameters = oauth.validateAuthResponse(as, client, back, state);
  const send = () => oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, redirect, verifier, { ...insecure, ...options });
  const process = (response) => oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true });
  return answered(send, process);
}

/// With a second attempt where the first one was refused for want of a nonce.
async function answered(send, process) {
  try {
    return await process(await send());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return process(await send());
  }
}

async function generic(as, client, authentication, grant, parameters) {
  const response = await oauth.genericTokenEndpointRequest(as, client, authentication, grant, parameters, insecure);
  return oauth.processGenericTokenEndpointResponse(as, client, response);
}

for (const algorithm of ["oauth2", "oidc"]) {
  await check(`oauth4webapi: discovery by ${algorithm}`, async () => {
    const as = await discover(issuer, algorithm);
    for (const name of ["authorization", "token", "introspection", "revocation", "registration", "userinfo", "device_authorization",
                        "pushed_authorization_request"]) {
      if (!as[`${name}_endpoint`]) throw new Error(`there is no ${name}_endpoint`);
    }
  });
}

const as = await discover(issuer, "oauth2");

/// Ways of authenticating a client: what it registers, and how it then proves who it is.
const keys = await oauth.generateKeyPair("ES256", { extractable: true });
const jwk = { ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "ES256", use: "sig" };
const ways = {
  client_secret_basic: [{}, (client) => oauth.ClientSecretBasic(client.client_secret)],
  client_secret_post: [{}, (client) => oauth.ClientSecretPost(client.client_secret)],
  private_key_jwt: [{ jwks: { keys: [jwk] } }, () => oauth.PrivateKeyJwt({ key: keys.privateKey, kid: "k1" })],
};

for (const [how, [metadata, make]] of Object.entries(ways)) {
  await check(`oauth4webapi: client_credentials, introspection and revocation with ${how}`, async () => {
    const client = await register(as, { token_endpoint_auth_method: how, ...metadata });
    const authentication = make(client);
    const parameters = { scope: "mcp:read", resource };
    const tokens = await oauth.processClientCredentialsResponse(
      as, client, await oauth.clientCredentialsGrantRequest(as, client, authentication, parameters, insecure));
    same((await verified(as, tokens.access_token, resource)).client_id, client.client_id, "client_id");
    const told = await oauth.processIntrospectionResponse(
      as, client, await oauth.introspectionRequest(as, client, authentication, tokens.access_token, insecure));
    same([told.active, told.client_id, told.scope], [true, client.client_id, "mcp:read"], "introspection");
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, authentication, tokens.access_token, insecure));
    const later = await oauth.processIntrospectionResponse(
      as, client, await oauth.introspectionRequest(as, client, authentication, tokens.access_token, insecure));
    same(later, { active: false }, "introspection after revocation");
  });
}

await check("oauth4webapi: a secret that is wrong is refused", async () => {
  const client = await register(as, { token_endpoint_auth_method: "client_secret_basic" });
  const response = await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretBasic("wrong"), {}, insecure);
  // With a challenge, which the client prefers to the body.
  same([response.status, /^Basic /.test(response.headers.get("www-authenticate"))], [401, true], "the answer");
});

await check("oauth4webapi: code, refresh and userinfo", async () => {
  const client = await register(as, { token_endpoint_auth_method: "none" });
  const tokens = await logIn(as, client, oauth.None());
  await verified(as, tokens.access_token, resource);
  const info = await oauth.processUserInfoResponse(
    as, client, "alice", await oauth.userInfoRequest(as, client, tokens.access_token, insecure));
  same(info.sub, "alice", "sub");
  const again = await oauth.processRefreshTokenResponse(
    as, client, await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh_token, { ...insecure, additionalParameters: { scope: "mcp:read" } }));
  same((await verified(as, again.access_token, resource)).scope, "mcp:read", "scope");
});

for (const alg of ["ES256", "RS256", "PS256", "Ed25519"]) {
  await check(`oauth4webapi: DPoP with ${alg} where the issuer wants nonces`, async () => {
    const bound = await discover(nonceIssuer, "oauth2");
    const client = await register(bound, { token_endpoint_auth_method: "none" });
    const pair = await oauth.generateKeyPair(alg);
    const DPoP = oauth.DPoP(client, pair);
    const tokens = await logIn(bound, client, oauth.None(), { DPoP });
    same(tokens.token_type, "dpop", "token_type");
    same((await verified(bound, tokens.access_token, resource)).cnf.jkt, await DPoP.calculateThumbprint(), "cnf.jkt");
    const send = () => oauth.userInfoRequest(bound, client, tokens.access_token, { ...insecure, DPoP });
    const info = await answered(send, (response) => oauth.processUserInfoResponse(bound, client, "alice", response));
    same(info.sub, "alice", "sub");
    const refresh = () => oauth.refreshTokenGrantRequest(bound, client, oauth.None(), tokens.refresh_token, insecure);
    await refused(refresh().then((response) => oauth.processRefreshTokenResponse(bound, client, response)), "invalid_grant");
  });
}

await check("oauth4webapi: token exchange for another audience", async () => {
  const client = await register(as, { token_endpoint_auth_method: "client_secret_basic" });
  const authentication = oauth.ClientSecretBasic(client.client_secret);
  const tokens = await logIn(as, client, authentication);
  const exchanged = await generic(as, client, authentication, "urn:ietf:params:oauth:grant-type:token-exchange", {
    subject_token: tokens.access_token, subject_token_type: `${types}access_token`, audience: "https://upstream.example", scope: "mcp:read",
  });
  const claims = await verified(as, exchanged.access_token, "https://upstream.example");
  same([claims.sub, claims.scope, claims.act], ["alice", "mcp:read", { sub: client.client_id }], "the token");
});

await check("oauth4webapi: an ID-JAG of one issuer becomes a token of another", async () => {
  const there = await discover(otherIssuer, "oauth2");
  const metadata = { token_endpoint_auth_method: "client_secret_basic" };
  const client = await register(as, metadata);
  const authentication = oauth.ClientSecretBasic(client.client_secret);
  const tokens = await logIn(as, client, authentication);
  const parameters = {
    subject_token: tokens.id_token, subject_token_type: `${types}id_token`, requested_token_type: `${types}id-jag`,
    audience: there.issuer, resource, scope: "mcp:read",
  };
  const response = await oauth.genericTokenEndpointRequest(
    as, client, authentication, "urn:ietf:params:oauth:grant-type:token-exchange", parameters, insecure);
  const given = await response.json();
  same([given.issued_token_type, given.token_type], [`${types}id-jag`, "N_A"], "the answer");
  const claims = await verifiedIdJag(as, given.access_token, there.issuer);
  same([claims.sub, claims.client_id, claims.resource], ["alice", client.client_id, resource], "the ID-JAG");
  // Who registers there is another client. That issuer is lax, and serves this one unregistered as well.
  const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const stranger = await register(there, metadata);
  await refused(generic(there, stranger, oauth.ClientSecretBasic(stranger.client_secret), grant, { assertion: given.access_token }),
                "invalid_grant");
  const token = await generic(there, client, oauth.ClientSecretBasic("any"), grant, { assertion: given.access_token });
  const allowed = await verified(there, token.access_token, resource);
  same([allowed.sub, allowed.scope, allowed.client_id], ["alice", "mcp:read", client.client_id], "the token");
});

end();

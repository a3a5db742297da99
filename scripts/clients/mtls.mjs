// node mtls.mjs ISSUER FOLDER: clients that authenticate by certificate, with npm's oauth4webapi, and
// tokens that are bound to it (RFC 8705). FOLDER has ca.pem, and of "own" (self-signed) and "one" (of the
// provider's authority) the .pem and .key.
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { exportJWK, importX509 } from "jose";
import * as oauth from "oauth4webapi";
import { Browser } from "./browser.mjs";
import { check, end, same } from "./report.mjs";
import { verified } from "./tokens.mjs";

const [issuer, folder] = process.argv.slice(2);
const resource = "http://127.0.0.1:3000/mcp";
const redirect = "http://127.0.0.1:9/cb";
const read = (name) => readFileSync(`${folder}/${name}`, "utf8");

/// A fetch that shows a certificate: what Node's own has no option for.
const showing = (name) => (url, { method = "GET", headers, body }) => new Promise((resolve, reject) => {
  const options = { method, headers: Object.fromEntries(new Headers(headers)), ca: read("ca.pem"), timeout: 10_000,
                    ...(name && { cert: read(`${name}.pem`), key: read(`${name}.key`) }) };
  request(url, options, (answer) => {
    const chunks = [];
    answer.on("data", (chunk) => chunks.push(chunk));
    answer.on("end", () => {
      const lines = Object.entries(answer.headers).map(([key, value]) => [key, String(value)]);
      resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode, headers: lines }));
    });
  }).on("error", reject).end(body ? String(body) : undefined);
});
const as = (name) => ({ [oauth.customFetch]: showing(name) });
const thumbprint = (name) => createHash("sha256").update(new X509Certificate(read(`${name}.pem`)).raw).digest("base64url");

const url = new URL(issuer);
const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: "oauth2", ...as() }));

async function register(metadata) {
  const asked = { redirect_uris: [redirect], grant_types: ["authorization_code", "client_credentials"], ...metadata };
  return oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(server, asked, as()));
}

async function credentials(client, name) {
  const response = await oauth.clientCredentialsGrantRequest(server, client, oauth.TlsClientAuth(), { resource }, as(name));
  return oauth.processClientCredentialsResponse(server, client, response);
}

async function prove(client, name, other) {
  const tokens = await credentials(client, name);
  same((await verified(server, tokens.access_token, resource)).cnf, { "x5t#S256": thumbprint(name) }, "cnf");
  const told = await oauth.processIntrospectionResponse(
    server, client, await oauth.introspectionRequest(server, client, oauth.TlsClientAuth(), tokens.access_token, as(name)));
  same([told.active, told.cnf], [true, { "x5t#S256": thumbprint(name) }], "introspection");
  const refused = await oauth.clientCredentialsGrantRequest(server, client, oauth.TlsClientAuth(), { resource }, as(other));
  same(refused.status, 401, "the answer to another certificate");
}

await check("oauth4webapi: self_signed_tls_client_auth", async () => {
  const jwk = await exportJWK(await importX509(read("own.pem"), "ES256", { extractable: true }));
  const x5c = [new X509Certificate(read("own.pem")).raw.toString("base64")];
  await prove(await register({ token_endpoint_auth_method: "self_signed_tls_client_auth", jwks: { keys: [{ ...jwk, x5c }] } }), "own", "one");
});

await check("oauth4webapi: tls_client_auth", async () => {
  await prove(await register({ token_endpoint_auth_method: "tls_client_auth", tls_client_auth_san_dns: "one.example" }), "one", "own");
});

await check("oauth4webapi: a token of a public client that is bound to its certificate", async () => {
  const client = await register({ token_endpoint_auth_method: "none", tls_client_certificate_bound_access_tokens: true });
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const at = new URL(server.authorization_endpoint);
  at.search = new URLSearchParams({
    client_id: client.client_id, redirect_uri: redirect, response_type: "code", scope: "mcp:read", resource, state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  });
  const parameters = oauth.validateAuthResponse(server, client, await new Browser().logIn(at), state);
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, await oauth.authorizationCodeGrantRequest(
    server, client, oauth.None(), parameters, redirect, verifier, as("own")));
  const statuses = [];
  for (const name of ["own", "one", undefined]) {
    statuses.push((await oauth.userInfoRequest(server, client, tokens.access_token, as(name))).status);
  }
  same(statuses, [200, 401, 401], "userinfo with the certificate, another one, none");
});

end();

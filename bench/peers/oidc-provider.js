// node oidc-provider.js ALG: npm's oidc-provider, which signs access tokens for the resource that
// the benchmark asks for; its first line says where it listens.
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const alg = process.argv[2];
const pair = alg.startsWith("ES") ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("rsa", { modulusLength: 2048 });
const provider = new Provider("http://127.0.0.1", {
  jwks: { keys: [{ ...pair.privateKey.export({ format: "jwk" }), alg, use: "sig" }] },
  clients: [{ client_id: "bench", client_secret: "bench", grant_types: ["client_credentials"], redirect_uris: [], response_types: [],
              token_endpoint_auth_method: "client_secret_post", id_token_signed_response_alg: alg }],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, resource) => ({ scope: "mcp:tools", audience: resource, accessTokenFormat: "jwt", accessTokenTTL: 300, jwt: { sign: { alg } } }),
    },
  },
});
const server = provider.listen(0, "127.0.0.1", () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  console.log(JSON.stringify({ discovery: `${origin}/.well-known/openid-configuration`, token: `${origin}/token`, jwks: `${origin}/jwks` }));
});

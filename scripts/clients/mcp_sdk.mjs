// node mcp_sdk.mjs SERVER_URL [CA_FILES…]: the OAuth client of the TypeScript MCP SDK, from a 401 of an
// MCP server to its tools: discovery, registration or a client metadata document, PKCE, resource.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { auth } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Browser } from "./browser.mjs";
import { check, end, same } from "./report.mjs";
import { verified } from "./tokens.mjs";

const [server, certificate, key] = process.argv.slice(2);
const redirect = "http://127.0.0.1:9/cb";

/// What an application has to bring along: a place for what the SDK finds out, and a browser.
class Application {
  redirectUrl = redirect;
  clientMetadata = {
    client_name: "MCP SDK", redirect_uris: [redirect], grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"], token_endpoint_auth_method: "none",
  };
  constructor(clientMetadataUrl) {
    this.clientMetadataUrl = clientMetadataUrl;
  }
  clientInformation() { return this.client; }
  saveClientInformation(client) { this.client = client; }
  tokens() { return this.saved; }
  saveTokens(tokens) { this.saved = tokens; }
  codeVerifier() { return this.verifier; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  saveDiscoveryState(state) { this.found = state; }
  discoveryState() { return this.found; }
  state() { return "state-of-the-application"; }
  async redirectToAuthorization(url) {
    this.asked = url;
    this.back = await new Browser().logIn(url);
  }
}

async function connect(application) {
  const transport = () => new StreamableHTTPClientTransport(new URL(server), { authProvider: application });
  const client = () => new Client({ name: "check-clients", version: "1" });
  let first = transport();
  await client().connect(first).then(() => { throw new Error("the server let somebody in without a token"); }, () => {});
  same(application.back.searchParams.get("state"), "state-of-the-application", "state");
  await first.finishAuth(application.back.searchParams.get("code"));
  const connected = client();
  await connected.connect(transport());
  const { tools } = await connected.listTools();
  if (tools.length === 0) throw new Error("there are no tools");
  await connected.close();
}

async function judge(application) {
  const metadata = application.found.authorizationServerMetadata;
  const claims = await verified(metadata, application.saved.access_token, server);
  same([claims.sub, claims.client_id], ["alice", application.client.client_id], "the token");
  same(application.asked.searchParams.get("resource"), server, "resource");
  same(application.asked.searchParams.get("code_challenge_method"), "S256", "code_challenge_method");
}

await check("MCP SDK: discovery, registration, PKCE, resource, tools", async () => {
  const application = new Application();
  await connect(application);
  await judge(application);
  if (!application.client.client_id_issued_at) throw new Error("the client did not register");
});

await check("MCP SDK: a refresh", async () => {
  const application = new Application();
  await connect(application);
  const before = application.saved.refresh_token;
  same(await auth(application, { serverUrl: server }), "AUTHORIZED", "the answer");
  if (application.saved.refresh_token === before) throw new Error("the refresh token is the same");
  await judge(application);
});

await check("MCP SDK: a client metadata document instead of registration", async () => {
  const document = {};
  const https = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(document));
  });
  await new Promise((resolve) => https.listen(0, "127.0.0.1", resolve));
  try {
    const url = `https://localhost:${https.address().port}/client.json`;
    const application = new Application(url);
    Object.assign(document, application.clientMetadata, { client_id: url });
    await connect(application);
    await judge(application);
    same(application.client.client_id, url, "client_id");
  } finally {
    https.close();
  }
});

end();

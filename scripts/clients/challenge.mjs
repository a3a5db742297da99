// node challenge.mjs SERVER_URL: the TypeScript MCP SDK reads the metadata that a server's challenge
// names. The trial server `challenge-leads-to-401` wants a token for it, so a client cannot log in.
import {
  discoverOAuthProtectedResourceMetadata, extractWWWAuthenticateParams,
} from "@modelcontextprotocol/sdk/client/auth.js";
import { check, end, refused, same } from "./report.mjs";

const server = process.argv[2];

await check("MCP SDK: gives up on metadata that wants a token", async () => {
  const answer = await fetch(server, { method: "POST", body: "{}" });
  same(answer.status, 401, "the status");
  const { resourceMetadataUrl } = extractWWWAuthenticateParams(answer);
  await refused(discoverOAuthProtectedResourceMetadata(server, { resourceMetadataUrl }), "401");
});

end();

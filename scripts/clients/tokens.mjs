// The judge: jose, which has nothing of ours.
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { same } from "./report.mjs";

const sets = new Map();

/// Verifies an access token (RFC 9068) and gives its claims.
export async function verified(server, token, audience) {
  if (!sets.has(server.jwks_uri)) sets.set(server.jwks_uri, createRemoteJWKSet(new URL(server.jwks_uri)));
  const options = { issuer: server.issuer, audience, typ: "at+jwt", requiredClaims: ["sub", "client_id", "exp", "iat", "jti"] };
  const { payload } = await jwtVerify(token, sets.get(server.jwks_uri), options);
  return payload;
}

/// The same for an ID-JAG.
export async function verifiedIdJag(server, token, audience) {
  same(decodeProtectedHeader(token).typ, "oauth-id-jag+jwt", "typ");
  if (!sets.has(server.jwks_uri)) sets.set(server.jwks_uri, createRemoteJWKSet(new URL(server.jwks_uri)));
  const { payload } = await jwtVerify(token, sets.get(server.jwks_uri), { issuer: server.issuer, audience });
  return payload;
}

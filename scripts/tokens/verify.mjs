// node verify.mjs ISSUER JWKS_URI AUDIENCE TOKEN…: exit code 0 if jose verifies all of them.
import { createRemoteJWKSet, jwtVerify } from "jose";

const [issuer, jwksUri, audience, ...tokens] = process.argv.slice(2);
const keys = createRemoteJWKSet(new URL(jwksUri));
for (const token of tokens) {
  const { protectedHeader } = await jwtVerify(token, keys, { issuer, audience, typ: "at+jwt" });
  console.log(protectedHeader.alg);
}

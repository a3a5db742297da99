// node oauth2-mock-server.js ALG: npm's oauth2-mock-server; its first line says where it listens.
import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
await server.issuer.keys.generate(process.argv[2]);
await server.start(0, "127.0.0.1");
const origin = `http://127.0.0.1:${server.address().port}`;
console.log(JSON.stringify({ discovery: `${origin}/.well-known/openid-configuration`, token: `${origin}/token`, jwks: `${origin}/jwks` }));

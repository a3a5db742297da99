// Lines that make a server trust the issuer.
import { byId, codeBlock, el } from "./dom.js";
import { currentIssuer, onIssuer } from "./issuers.js";

const environment = (at) => `ISSUER=${at.url}
JWKS_URI=${at.jwks}
AUDIENCE=${at.audience}
REQUIRED_SCOPE=${at.scope}`;

const kStacks = [
  ["curl", (at) => [["A token, as a client gets it", `curl -s ${at.url}/token \\
  -d grant_type=client_credentials -d client_id=me -d client_secret=any \\
  -d resource=${at.audience} -d scope=${at.scope}`],
  ["What it publishes", `curl -s ${at.url}/.well-known/openid-configuration\ncurl -s ${at.jwks}`]]],

  ["FastMCP", (at) => [["Environment of FastMCP 2, from 2.12 on", `FASTMCP_SERVER_AUTH=fastmcp.server.auth.providers.jwt.JWTVerifier
FASTMCP_SERVER_AUTH_JWT_JWKS_URI=${at.jwks}
FASTMCP_SERVER_AUTH_JWT_ISSUER=${at.url}
FASTMCP_SERVER_AUTH_JWT_AUDIENCE=${at.audience}
FASTMCP_SERVER_AUTH_JWT_ALGORITHM=${at.alg}
FASTMCP_SERVER_AUTH_JWT_REQUIRED_SCOPES=${at.scope}`],
  ["FastMCP 3 reads none; it is told", `JWKS_URI, ISSUER, AUDIENCE = "${at.jwks}", "${at.url}", "${at.audience}"
auth = RemoteAuthProvider(
    token_verifier=JWTVerifier(jwks_uri=JWKS_URI, issuer=ISSUER, audience=AUDIENCE,
                               algorithm="${at.alg}", required_scopes=["${at.scope}"]),
    authorization_servers=[AnyHttpUrl(ISSUER)],
    base_url="${at.server}")
mcp = FastMCP("server", auth=auth)`]]],

  ["TypeScript SDK", (at) => [["Environment", environment(at)],
    ["The server reads it (jose, @modelcontextprotocol/sdk)", `const { ISSUER, JWKS_URI, AUDIENCE, REQUIRED_SCOPE } = process.env;
const keys = createRemoteJWKSet(new URL(JWKS_URI));
const verifier = {
  async verifyAccessToken(token) {
    try {
      const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: AUDIENCE, requiredClaims: ["exp"] });
      return { token, clientId: payload.client_id ?? payload.azp ?? payload.sub, scopes: (payload.scope ?? "").split(" "), expiresAt: payload.exp };
    } catch (error) {
      throw new InvalidTokenError(error.message);
    }
  },
};
app.use("/mcp", requireBearerAuth({ verifier, requiredScopes: [REQUIRED_SCOPE] }));`]]],

  ["Python SDK", (at) => [["Environment", environment(at)],
    ["The server reads it (PyJWT, mcp)", `keys = jwt.PyJWKClient(os.environ["JWKS_URI"])

class Verifier(TokenVerifier):
    async def verify_token(self, token: str) -> AccessToken | None:
        try:
            key = keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(token, key.key, algorithms=["${at.alg}"], issuer=os.environ["ISSUER"],
                                audience=os.environ["AUDIENCE"], options={"require": ["exp"]})
        except jwt.PyJWTError:
            return None
        return AccessToken(token=token, client_id=claims.get("client_id", claims["sub"]),
                           scopes=claims.get("scope", "").split(), expires_at=claims["exp"])

mcp = FastMCP("server", token_verifier=Verifier(), auth=AuthSettings(
    issuer_url=os.environ["ISSUER"], resource_server_url=os.environ["AUDIENCE"],
    required_scopes=[os.environ["REQUIRED_SCOPE"]]))`]]],

  ["mcp-authspec", (at) => [["Environment of the bundled server", environment(at)],
    ["It serves, and a token is minted for it", `mcp-authspec serve --mode oauth --port 3000
mcp-authspec token --idp ${at.origin} --issuer ${at.name} --aud ${at.audience} --scope ${at.scope}`]]],
];

let chosen = 0;

function where() {
  const issuer = currentIssuer();
  const fields = byId("mint").elements;
  const audience = fields.aud.value.trim() || "http://127.0.0.1:3000/mcp";
  return {
    name: issuer.name, url: issuer.url, jwks: issuer.jwks_uri, origin: location.origin, audience,
    server: URL.canParse(audience) ? new URL(audience).origin : audience,
    scope: fields.scope.value.trim().split(/\s+/)[0] || "mcp:tools",
    alg: fields.alg.value || (issuer.persona === "generic" ? "ES256" : "RS256"),
  };
}

function show() {
  if (!currentIssuer()) return;
  const [name, lines] = kStacks[chosen];
  byId("connect").replaceChildren(...lines(where()).flatMap(([title, text]) =>
    [el("h3", {}, title), codeBlock(text, `${name}: ${title}`)]));
}

export function startConnect() {
  byId("stacks").append(...kStacks.map(([name], index) => {
    const input = el("input", { type: "radio", name: "stack", value: name, checked: index === chosen });
    input.addEventListener("change", () => { chosen = index; show(); });
    return el("label", {}, input, el("span", {}, name));
  }));
  byId("mint").addEventListener("input", show);
  onIssuer(show);
}

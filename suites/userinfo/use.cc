// For whom a token is, where it goes, and how long it works.
#include "harness/check/case.h"
#include "harness/check/opaque.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

/// Like the control but for the client that its owner gave it to, which userinfo does not tell.
Finding foreign_client(Probe& probe) {
  jose::Recipe token = probe.good();
  token.claims.set_string("client_id", "another-app");
  Finding finding = probe.refuses(token);
  if (finding.outcome != check::Outcome::accepted) return finding;
  finding = Finding::broken(
      finding.expected, finding.actual,
      "userinfo tells who the user is and not for whom the token was issued: in this mode a server "
      "sees no audience unless it asks its provider elsewhere");
  finding.cause = "userinfo tells no audience";
  return finding;
}

const check::Suite use_cases{
    "userinfo",
    {check::Mode::userinfo},
    {
        {.id = "foreign-client",
         .title = "a token that another application was given is refused",
         .sends = "A good token of the same user, issued to the client \"another-app\".",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "token-audience-binding-and-validation"}, {"RFC 9700", "4.10.2"}},
         .requirements = {"RS-09", "RS-12", "RS-13", "RS-17", "RS-18"},
         .needs = {.issuer = true},
         .faults = {"client.skip"},
         .why = "Any application that the user ever signed in to with this provider can act as the "
                "user here, with the token that it was given.",
         .fix = "Ask the provider for whom the token is and compare it with your own client id: "
                "Google's tokeninfo has aud, GitHub has an endpoint to check a token of an app, "
                "others have introspection. Or issue tokens of your own (oauth-proxy).",
         .run = foreign_client},
        {.id = "token-not-in-url",
         .title = "the token is in no URL that the server asks for",
         .sends = "A fresh token; then we look for it in the URLs of all requests to its issuer.",
         .level = Level::bcp,
         .attacker = check::Attacker::network,
         .references = {{"RFC 6750", "2.3"}, {"RFC 9700", "4.3.2"}},
         .requirements = {"REF-OIDC-1"},
         .needs = {.issuer = true},
         .faults = {"userinfo.token-in-url"},
         .why = "Access logs keep URLs for months; a token in them can be used by who reads them.",
         .fix = "Send the token in the Authorization header.",
         .run = check::keeps_token_out_of_urls},
        {.id = "revoked-mid-run",
         .title = "a token that is revoked while it is in use is refused soon after",
         .sends = "A good token, which is then revoked, again and again for as long as the profile "
                  "allows answers to be cached.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7009", "3"}, {"MCP", "token-handling"}},
         .requirements = {"RS-08", "RS-35"},
         .needs = {.issuer = true, .waits = true},
         .faults = {"userinfo.cached-forever"},
         .why = "Revocation is what a user has against a thief; a cache without an end takes it "
                "away.",
         .fix = "Keep answers for a few seconds or a minute.",
         .run = check::refuses_revoked_in_use},
    }};

}  // namespace

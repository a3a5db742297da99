// Near misses of Microsoft Entra's tokens.
#include "common/base/json.h"
#include "suites/persona/near_miss.h"

namespace suites::persona {
namespace {

using check::Probe;
using Nears = std::vector<Near>;

constexpr const char* kOtherTenant = "9b2d7e60-4c1f-4a83-b5e8-0f6d3a91c752";

const Shared kEntra{
    .setting = "persona-entra",
    .attacker = check::Attacker::other_issuer,
    .references = {{"RFC 8725", "3.8"}, {"RFC 9068", "4"}, {"MCP", "token-handling"}},
    .requirements = {"RS-08", "RS-09", "RS-13"},
    .why =
        "Anybody can have a tenant, and the same keys sign the tokens of all of them: a server "
        "that does not compare the issuer exactly serves the whole world.",
    .fix =
        "Compare iss with the issuer of your own tenant and version, byte for byte, and aud with "
        "your application's id.",
};

const Shared kEntraScopes{
    .setting = "persona-entra",
    .attacker = check::Attacker::token_holder,
    .about_scopes = true,
    .references = {{"RFC 6749", "3.3"}, {"MCP", "error-handling"}},
    .requirements = {"RS-08", "RS-22"},
    .why =
        "Roles are given to applications, scp is what a user has agreed to; who mixes them up "
        "lets one stand for the other.",
    .fix = "Read delegated permissions from scp, and roles only where you mean roles.",
};

Nears first_version(Probe& probe) {
  Nears nears = {of_issuer(probe, "/sts.windows.net/5a1f0c3e-7b52-4f6d-9d0e-6c2a8e41b7d9/")};
  for (Near& near : of_kind(probe, "access-v1", true)) nears.push_back(std::move(near));
  return nears;
}

Nears other_tenant(Probe& probe) {
  Near near = of_issuer(probe, std::string("/") + kOtherTenant + "/v2.0");
  near.token.claims.set_string("tid", kOtherTenant);
  return {std::move(near)};
}

Nears any_tenant(Probe& probe) {
  return {of_issuer(probe, "/common/v2.0"), of_issuer(probe, "/{tenantid}/v2.0"),
          of_issuer(probe, "/organizations/v2.0")};
}

/// One registration for both: then nothing but scp and roles tells access tokens from ID tokens.
Nears id_token_for_us(Probe& probe) {
  Nears nears = of_kind(probe, "id", true);
  for (Near& near : nears) near.token.claims.erase("scp");
  return nears;
}

Nears roles_instead(Probe& probe) {
  Nears nears;
  for (const std::string& scope : probe.target().scopes) {
    Near near = with(probe, "roles", "[" + base::json_string(scope) + "]");
    near.token.claims.erase("scp");
    nears.push_back(std::move(near));
  }
  return nears;
}

const check::Suite kCases{
    "persona", check::modes::jwt(),
    family(
        kEntra,
        {
            {"entra-version-1",
             "a token of version 1, of sts.windows.net, is refused where version 2 is configured",
             "The good token of Entra with the issuer of version 1; and a token as version 1 has "
             "it.",
             {"iss.any-of-provider", "iss.skip"},
             first_version},
            {"entra-other-tenant",
             "a token of another tenant is refused",
             "The good token of Entra, its iss and its tid those of another tenant.",
             {"iss.any-of-provider", "iss.skip"},
             other_tenant},
            {"entra-any-tenant",
             "a token whose iss stands for any tenant is refused",
             "The good token of Entra, its iss that of common, of organizations, and the pattern "
             "that "
             "the document of all tenants has.",
             {"iss.any-of-provider", "iss.skip"},
             any_tenant},
        })};

const Shared kEntraAudiences = by(check::Attacker::token_holder, kEntra);

const check::Suite kEntraAudienceCases{
    "persona", check::modes::jwt(),
    family(kEntraAudiences,
           {
               {"entra-graph-token",
                "a token for Microsoft Graph is refused",
                "The good token of Entra, its aud Microsoft Graph.",
                {"aud.skip"},
                [](Probe& probe) {
                  return Nears{with(probe, "aud", "\"00000003-0000-0000-c000-000000000000\"")};
                }},
               {"entra-id-token",
                "an ID token of the tenant is refused",
                "An ID token of Entra with the scopes of the good token.",
                {"aud.skip"},
                [](Probe& probe) { return of_kind(probe, "id", false); }},
               {"entra-id-token-for-us",
                "an ID token for the application that is client and server in one is refused",
                "An ID token of Entra, its aud our application; it has no scp.",
                {"scope.missing-ok", "scope.skip"},
                id_token_for_us},
           })};

const check::Suite kScopeCases{
    "persona", check::modes::jwt(),
    family(kEntraScopes, {{"entra-roles-for-scp",
                           "a token that has the needed scope as a role only is refused",
                           "The good token of Entra with roles instead of scp.",
                           {"scope.any-claim", "scope.skip"},
                           roles_instead}})};

}  // namespace
}  // namespace suites::persona

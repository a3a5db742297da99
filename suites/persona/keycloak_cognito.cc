// Near misses of Keycloak's and Cognito's tokens.
#include "common/base/json.h"
#include "suites/persona/near_miss.h"

namespace suites::persona {
namespace {

using check::Probe;
using Nears = std::vector<Near>;

const Shared kKeycloak{
    .setting = "persona-keycloak",
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 8725", "3.8"}, {"RFC 9068", "4"}, {"MCP", "token-handling"}},
    .requirements = {"RS-08", "RS-09", "RS-13"},
    .why =
        "Without an audience mapper every client of the realm gets tokens for account; who takes "
        "those takes tokens that were meant for anything.",
    .fix =
        "Add an audience mapper for your server and require its client id in aud; compare iss "
        "with your realm.",
};

const Shared kKinds{
    .setting = "persona-keycloak",
    .level = check::Level::bcp,
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 8725", "3.11"}, {"RFC 8725", "3.12"}, {"MCP", "token-handling"}},
    .requirements = {"RS-08", "RS-13"},
    .why =
        "Keycloak gives the header type JWT to every kind of token; the claim typ tells them "
        "apart, and a refresh token lives much longer.",
    .fix = "Require the claim typ to be Bearer.",
};

Nears account_only(Probe& probe) {
  Nears nears = {with(probe, "aud", "\"account\""), with(probe, "aud", "[\"account\"]")};
  for (Near& near : of_kind(probe, "access-account", false)) nears.push_back(std::move(near));
  return nears;
}

Nears keycloak_roles_instead(Probe& probe) {
  Nears nears;
  for (const std::string& scope : probe.target().scopes) {
    Near near = with(probe, "realm_access", "{\"roles\":[" + base::json_string(scope) + "]}");
    near.token.claims.set_string("scope", "openid profile email");
    nears.push_back(std::move(near));
  }
  return nears;
}

const check::Suite kKeycloakCases{
    "persona", check::modes::jwt(),
    family(kKeycloak, {
                          {"keycloak-account-audience",
                           "a token whose aud is account is refused",
                           "The good token of Keycloak, its aud nothing but account.",
                           {"aud.account-accepted", "aud.skip"},
                           account_only},
                      })};

const Shared kRoles = [] {
  Shared shared = kKeycloak;
  shared.about_scopes = true;
  return shared;
}();

const check::Suite kRoleCases{
    "persona", check::modes::jwt(),
    family(kRoles,
           {
               {"keycloak-roles-for-scopes",
                "a token that has the needed scope as a role of the realm only is refused",
                "The good token of Keycloak without the scope, but with a role of that name.",
                {"scope.any-claim", "scope.skip"},
                keycloak_roles_instead},
           })};

const Shared kRealms = by(check::Attacker::other_issuer, kKeycloak);

const check::Suite kRealmCases{
    "persona", check::modes::jwt(),
    family(
        kRealms,
        {
            {"keycloak-other-realm",
             "a token of another realm of the same host is refused",
             "The good token of Keycloak, its iss the realm master, and the host without a realm.",
             {"iss.any-of-provider", "iss.skip"},
             [](Probe& probe) {
               return Nears{of_issuer(probe, "/realms/master"), of_issuer(probe, "/realms/MCP"),
                            of_issuer(probe, "")};
             }},
        })};

const check::Suite kKindCases{
    "persona", check::modes::jwt(),
    family(kKinds, {{"keycloak-id-token",
                     "an ID token with the audience of the server is refused",
                     "The good token of Keycloak with the typ ID; and an ID token as it comes.",
                     {"kind.skip"},
                     [](Probe& probe) {
                       Nears nears = of_kind(probe, "id", true);
                       nears.push_back(with(probe, "typ", "\"ID\""));
                       return nears;
                     }},
                    {"keycloak-refresh-token",
                     "a refresh token with the audience of the server is refused",
                     "The good token of Keycloak with the typ Refresh, and a refresh token.",
                     {"kind.skip"},
                     [](Probe& probe) {
                       Nears nears = of_kind(probe, "refresh", true);
                       nears.push_back(with(probe, "typ", "\"Refresh\""));
                       return nears;
                     }}})};

const Shared kCognito{
    .setting = "persona-cognito",
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 8725", "3.8"}, {"RFC 8725", "3.12"}, {"MCP", "token-handling"}},
    .requirements = {"RS-08", "RS-09", "RS-13"},
    .why =
        "Cognito's access tokens name no audience: the client and token_use are all that tells "
        "yours from those of other applications of the pool.",
    .fix = "Require token_use to be access and client_id to be one of your clients.",
};

const check::Suite kCognitoCases{
    "persona", check::modes::jwt(),
    family(kCognito,
           {
               {"cognito-id-token",
                "a token whose token_use is id is refused",
                "The good token of Cognito with token_use id; and an ID token as it comes.",
                {"kind.skip"},
                [](Probe& probe) {
                  Nears nears = of_kind(probe, "id", true);
                  nears.push_back(with(probe, "token_use", "\"id\""));
                  return nears;
                }},
               {"cognito-other-client",
                "a token of another client of the pool is refused",
                "The good token of Cognito, its client_id another one.",
                {"aud.skip"},
                [](Probe& probe) {
                  return Nears{with(probe, "client_id", "\"7m3p9s1v5x8z2b6d0f4h7k1n3q\"")};
                }},
           })};

const Shared kPools = by(check::Attacker::other_issuer, kCognito);

const check::Suite kPoolCases{
    "persona", check::modes::jwt(),
    family(kPools,
           {
               {"cognito-other-pool",
                "a token of another user pool of the region is refused",
                "The good token of Cognito, its iss another pool.",
                {"iss.any-of-provider", "iss.skip"},
                [](Probe& probe) { return Nears{of_issuer(probe, "/eu-central-1_oTherPool")}; }},
           })};

}  // namespace
}  // namespace suites::persona

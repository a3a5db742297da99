// Near misses of Auth0's and Okta's tokens.
#include "common/base/json.h"
#include "suites/persona/near_miss.h"

namespace suites::persona {
namespace {

using check::Probe;
using Nears = std::vector<Near>;

const Shared kAuth0{
    .setting = "persona-auth0",
    .attacker = check::Attacker::token_holder,
    .references = {{"RFC 8725", "3.8"}, {"RFC 9068", "4"}, {"MCP", "token-handling"}},
    .requirements = {"RS-08", "RS-09", "RS-13"},
    .why =
        "Every API and every application of a tenant has tokens of one issuer, signed with one "
        "key; only the exact issuer and the exact audience tell yours from theirs.",
    .fix =
        "Configure the issuer with its slash at the end and compare it byte for byte; require "
        "your API's identifier in aud.",
};

Nears auth0_issuers(Probe& probe) { return {of_issuer(probe, ""), of_issuer(probe, "//")}; }

Nears auth0_userinfo(Probe& probe) {
  const std::string url = base::json_string(probe.context().issuer().url() + "userinfo");
  return {with(probe, "aud", url), with(probe, "aud", "[" + url + "]")};
}

Nears auth0_other_api(Probe& probe) {
  const std::string url = base::json_string(probe.context().issuer().url() + "userinfo");
  return {with(probe, "aud", "[\"https://other.example/api\"," + url + "]")};
}

const check::Suite kAuth0Cases{
    "persona", check::modes::jwt(),
    family(kAuth0,
           {
               {"auth0-userinfo-audience",
                "a token for the tenant's userinfo endpoint alone is refused",
                "The good token of Auth0, its aud nothing but the tenant's userinfo endpoint.",
                {"aud.issuers-own", "aud.skip"},
                auth0_userinfo},
               {"auth0-other-api",
                "a token for another API of the tenant is refused",
                "The good token of Auth0, its aud another API and the userinfo endpoint.",
                {"aud.any-array", "aud.skip"},
                auth0_other_api},
               {"auth0-id-token",
                "an ID token of the tenant is refused",
                "An ID token of Auth0 with the permissions of the good token.",
                {"aud.skip"},
                [](Probe& probe) { return of_kind(probe, "id", false); }},
           })};

const Shared kAuth0Issuers = by(check::Attacker::other_issuer, kAuth0);

const check::Suite kAuth0IssuerCases{
    "persona", check::modes::jwt(),
    family(kAuth0Issuers,
           {
               {"auth0-issuer-slash",
                "a token whose iss has another number of slashes at the end is refused",
                "The good token of Auth0, its iss without the slash at the end, and with two.",
                {"iss.trailing-slash", "iss.skip"},
                auth0_issuers},
           })};

const Shared kOkta{
    .setting = "persona-okta",
    .attacker = check::Attacker::other_issuer,
    .references = {{"RFC 8725", "3.8"}, {"RFC 9068", "4"}, {"MCP", "token-handling"}},
    .requirements = {"RS-08", "RS-09", "RS-13"},
    .why =
        "An Okta organisation has several authorization servers on one host; their issuers "
        "differ in the path only, and who may get tokens of them differs much.",
    .fix = "Compare iss with the issuer of your own authorization server, byte for byte.",
};

const Shared kOktaScopes{
    .setting = "persona-okta",
    .attacker = check::Attacker::token_holder,
    .about_scopes = true,
    .references = {{"RFC 6749", "3.3"}, {"MCP", "error-handling"}},
    .requirements = {"RS-08", "RS-22"},
    .why = "What is joined, cut or compared loosely turns a harmless scope into a powerful one.",
    .fix = "Read scp as an array of strings and compare whole elements for equality.",
};

Nears okta_scopes(Probe& probe) {
  Nears nears;
  for (const std::string& scope : probe.target().scopes) {
    const std::string cut = scope.substr(0, scope.size() - 1);
    nears.push_back(with(probe, "scp", "[" + base::json_string("profile " + scope) + "]"));
    nears.push_back(with(probe, "scp", "[" + base::json_string(cut) + "]"));
    nears.push_back(with(probe, "scp", "[[" + base::json_string(scope) + "]]"));
    nears.push_back(with(probe, "scp", "{" + base::json_string(scope) + ":true}"));
  }
  return nears;
}

const check::Suite kOktaCases{
    "persona", check::modes::jwt(),
    family(
        kOkta,
        {
            {"okta-organisation-server",
             "a token of the organisation's authorization server is refused",
             "The good token of Okta, its iss the organisation instead of the custom server.",
             {"iss.is-prefix", "iss.any-of-provider", "iss.skip"},
             [](Probe& probe) { return Nears{of_issuer(probe, "")}; }},
            {"okta-other-server",
             "a token of another custom authorization server is refused",
             "The good token of Okta, its iss another custom server of the organisation.",
             {"iss.any-of-provider", "iss.skip"},
             [](Probe& probe) { return Nears{of_issuer(probe, "/oauth2/aus7k2m9q4XzTpLw0d7")}; }},
        })};

const Shared kOktaKinds = by(check::Attacker::token_holder, kOkta);

const check::Suite kOktaKindCases{
    "persona", check::modes::jwt(),
    family(kOktaKinds, {
                           {"okta-id-token",
                            "an ID token of the same authorization server is refused",
                            "An ID token of Okta with the scopes of the good token.",
                            {"aud.skip"},
                            [](Probe& probe) { return of_kind(probe, "id", false); }},
                       })};

const check::Suite kOktaScopeCases{
    "persona", check::modes::jwt(),
    family(kOktaScopes,
           {{"okta-scp-near-misses",
             "a token whose scp has the needed scope in another form only is refused",
             "The good token of Okta with scp as one element of two words, cut by a character, as "
             "an array in an array, and as an object.",
             {"scope.array-joined", "scope.prefix", "scope.skip"},
             okta_scopes}})};

}  // namespace
}  // namespace suites::persona

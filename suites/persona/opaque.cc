// Near misses of providers whose access tokens say nothing by themselves.
#include "common/base/json.h"
#include "harness/check/family.h"
#include "suites/persona/near_miss.h"

namespace suites::persona {
namespace {

using check::Probe;
using Nears = std::vector<Near>;

const check::Modes kModes = {check::Mode::userinfo};

Shared about(std::string setting) {
  return {.setting = std::move(setting),
          .attacker = check::Attacker::token_holder,
          .references = {{"OIDC Core", "5.3.3"}, {"RFC 8725", "3.12"}, {"MCP", "token-handling"}},
          .requirements = {"RS-08", "RS-13"},
          .why =
              "The provider has tokens for every application that anybody registers; one that "
              "was made for another of them lets its owner act as your user.",
          .fix =
              "Ask the provider for which client an access token is (Google's tokeninfo, "
              "GitHub's token check), and take nothing that it does not know as one."};
}

/// Like the good one, but another application got it.
Nears other_client(Probe& probe) { return {with(probe, "client_id", "\"another-application\"")}; }

/// Signed by the right key and of the right client: but it says who logged in where, and opens
/// nothing.
check::Finding refuses_id_tokens(Probe& probe) {
  check::Family family;
  for (const char* kind : {"id", "id-no-scheme"}) {
    for (Near& near : of_kind(probe, kind, false)) {
      // Signed, and never registered: the provider knows it as no access token.
      const auto text = near.token.mint();
      if (!text) return check::Finding::failed(text.error().message);
      family.push_back({near.label, {.credential = probe.carry(*text), .own_session = true}});
    }
  }
  return check::refuses_each(probe, family);
}

const check::Suite kGoogleCases{
    "persona", kModes,
    family(about("persona-google"),
           {{"google-id-token",
             "a Google ID token offered as access token is refused",
             "ID tokens of Google, their iss with the scheme and without.",
             {"userinfo.401-ok", "userinfo.skip"},
             nullptr,
             refuses_id_tokens},
            {"google-other-client",
             "an access token that Google gave to another application is refused",
             "A good access token of Google for the same user, of another client.",
             {"client.skip"},
             other_client}})};

const check::Suite kGitHubCases{
    "persona", kModes,
    family(about("persona-github"), {{"github-other-app",
                                      "a token that GitHub gave to another app is refused",
                                      "A good token of GitHub for the same user, of another app.",
                                      {"client.skip"},
                                      other_client}})};

}  // namespace
}  // namespace suites::persona

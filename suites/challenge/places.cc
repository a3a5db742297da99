// Good tokens in places where they do not belong.
#include "common/base/json.h"
#include "common/base/url.h"
#include "harness/check/family.h"

namespace {

using check::Attempt;
using check::Family;
using check::Level;
using check::Probe;

std::string good_token(Probe& probe) { return probe.context().control_secret(); }

Attempt in_query(Probe& probe) {
  return {.edit = [token = good_token(probe)](wire::Request& request) {
    request.target += request.target.find('?') == std::string::npos ? "?" : "&";
    request.target += "access_token=" + token;
  }};
}

/// The message goes along as a field and as single members, for whatever a form parser makes of it.
Attempt in_form(Probe& probe) {
  return {.edit = [token = good_token(probe)](wire::Request& request) {
    request.body = base::encode_form({{"access_token", token},
                                      {"message", request.body},
                                      {"jsonrpc", "2.0"},
                                      {"id", "1"},
                                      {"method", "tools/list"}});
    base::set_header(request.headers, "Content-Type", "application/x-www-form-urlencoded");
  }};
}

Family in_cookies(Probe& probe) {
  const std::string token = good_token(probe);
  const auto cookie = [](const std::string& pair) {
    return Attempt{.credential = {.label = "Cookie", .headers = {{"Cookie", pair}}}};
  };
  return {{"cookie access_token", cookie("access_token=" + token)},
          {"cookie token", cookie("token=" + token)},
          {"cookie Authorization", cookie("Authorization=Bearer%20" + token)}};
}

const check::Suite places_cases{
    "challenge",
    // Fixed secrets have cases of their own.
    check::modes::issued(),
    {
        {.id = "query-token",
         .title = "a token in the URL's query is refused",
         .sends = "The good token as ?access_token=, without an Authorization field.",
         .level = Level::bcp,
         .attacker = check::Attacker::network,
         .if_accepted = Level::should,
         .references = {{"MCP", "token-requirements"}, {"OAuth 2.1", "5.1"}, {"RFC 9700", "4.3.2"}},
         .requirements = {"REF-11"},
         .faults = {"credential.query"},
         .why = "URLs end up in access logs, browser histories and Referer fields, and so would "
                "the tokens in them.",
         .fix = "Read tokens from the Authorization field only; many middlewares have a switch for "
                "the query.",
         .run = check::milder(
             check::refuses_attempt(in_query, {.statuses = {401, 400}, .challenge = false}),
             "a token in the URL is taken, and URLs are written to logs")},
        {.id = "form-token",
         .title = "a token in a form body is refused",
         .sends = "The good token as access_token in an application/x-www-form-urlencoded body.",
         .level = Level::bcp,
         .attacker = check::Attacker::network,
         .if_accepted = Level::should,
         .references = {{"RFC 6750", "2.2"}, {"MCP", "token-requirements"}},
         .requirements = {"REF-11"},
         .faults = {"credential.form"},
         .why = "A form can be sent by any page across origins without a preflight, and JSON-RPC "
                "messages are no forms.",
         .fix = "Read tokens from the Authorization field only.",
         .run = check::milder(check::refuses_attempt(in_form, check::any_refusal()),
                              "a token in a form is taken, and any web page can send forms")},
        {.id = "cookie-token",
         .title = "a token in a cookie is refused",
         .sends =
             "The good token in the cookies access_token, token and Authorization, one at a time.",
         .level = Level::bcp,
         .attacker = check::Attacker::network,
         .if_accepted = Level::should,
         .references = {{"MCP", "token-requirements"}, {"CWE-352", ""}},
         .requirements = {"RS-08"},
         .faults = {"credential.cookie"},
         .why = "Browsers send cookies on their own, so any page can act with the user's rights.",
         .fix = "Read tokens from the Authorization field only.",
         .run = check::milder(
             check::refuses_family(in_cookies, {.statuses = {401, 400}, .challenge = false}),
             "a token in a cookie is taken, and browsers send cookies on their own")},
    }};

}  // namespace

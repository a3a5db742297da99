// What the userinfo endpoint answers, and what the server makes of it.
#include "common/base/text.h"
#include "harness/check/case.h"
#include "harness/check/opaque.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;
using idp::Misbehaviour;
using std::chrono::seconds;

constexpr const char* kFix =
    "Accept a token only where the endpoint answers 200 with a JSON object that names its owner; "
    "else refuse: 401, or 503 where it cannot be asked.";
constexpr const char* kOpen =
    "A server that lets everybody in while it cannot ask is opened by whoever keeps it from "
    "asking.";

check::Body refuses_where(std::function<Misbehaviour(Probe&)> endpoint) {
  return check::refuses_shape([endpoint = std::move(endpoint)](Probe& probe) {
    return idp::OpaqueShape{.at_userinfo = endpoint(probe)};
  });
}

check::Body answered(int status, std::string body, std::string type = "application/json") {
  return refuses_where([=](Probe& probe) {
    Misbehaviour answer = Misbehaviour::answer(status, body, type);
    // Scopes are not what it lacks.
    answer.headers.push_back({"X-OAuth-Scopes", base::join(probe.target().scopes, ", ")});
    return answer;
  });
}

Finding expired(Probe& probe) { return probe.refuses(probe.good().expiring_in(seconds{-3'600})); }

Finding redirected(Probe& probe) {
  return check::refuses_redirected(
      probe, {.misbehaves = &idp::OpaqueShape::at_userinfo, .url = &idp::Issuer::userinfo_url});
}

check::Case about_endpoint(std::string id, std::string title, std::string sends,
                           std::vector<std::string> faults, check::Body body) {
  return {.id = std::move(id),
          .title = std::move(title),
          .sends = std::move(sends),
          .level = Level::bcp,
          .attacker = check::Attacker::anyone,
          .references = {{"OIDC Core", "5.3.3"}, {"MCP", "token-handling"}, {"CWE-636", ""}},
          .requirements = {"RS-08", "REF-OIDC-1"},
          .needs = {.issuer = true},
          .faults = std::move(faults),
          .why = kOpen,
          .fix = kFix,
          .run = std::move(body)};
}

check::Case refused_by_issuer(std::string id, std::string title, std::string sends,
                              check::Body body) {
  return {.id = std::move(id),
          .title = std::move(title),
          .sends = std::move(sends),
          .level = Level::must,
          .attacker = check::Attacker::anyone,
          .references = {{"OIDC Core", "5.3.3"}, {"RFC 6750", "3.1"}, {"MCP", "token-handling"}},
          .requirements = {"RS-08", "RS-11", "REF-OIDC-1"},
          .needs = {.issuer = true},
          .faults = {"userinfo.401-ok", "userinfo.skip"},
          .why = "Whoever can type a random word is let in.",
          .fix = "Refuse a token with 401 invalid_token where its issuer answers 401.",
          .run = std::move(body)};
}

const check::Suite kRefused{
    "userinfo",
    {check::Mode::userinfo},
    {
        refused_by_issuer("unknown", "a token that nobody ever gave out is refused with 401",
                          "A random token; the userinfo endpoint answers 401.",
                          check::refuses_unknown),
        refused_by_issuer(
            "expired-at-issuer", "a token that its issuer no longer takes is refused with 401",
            "A token that ran out an hour ago; the userinfo endpoint answers 401.", expired),
    }};

/// The wait for a server that waits itself.
check::Case waiting(check::Case one) {
  one.needs.waits = true;
  return one;
}

const check::Suite kTrouble{
    "userinfo",
    {check::Mode::userinfo},
    {
        about_endpoint("endpoint-403", "a token is not good where the endpoint answers 403",
                       "A token that the userinfo endpoint answers with 403 insufficient_scope.",
                       {"userinfo.403-ok"}, answered(403, R"({"error":"insufficient_scope"})")),
        about_endpoint("endpoint-html", "a page instead of an answer makes no token good",
                       "A token that the userinfo endpoint answers with 200 and a page of HTML.",
                       {"userinfo.malformed-ok", "userinfo.malformed-500"},
                       answered(200, "<!DOCTYPE html><title>Sign in</title>", "text/html")),
        about_endpoint("endpoint-array", "an answer that is no JSON object makes no token good",
                       "A token that the userinfo endpoint answers with 200 and a JSON array.",
                       {"userinfo.malformed-ok", "userinfo.malformed-500"},
                       answered(200, R"([{"sub":"alice"}])")),
        about_endpoint("names-nobody", "an answer that names no owner makes no token good",
                       "A token that the userinfo endpoint answers with 200 and an error object.",
                       {"userinfo.nobody-ok"},
                       answered(200, R"({"ok":false,"error":"invalid_auth"})")),
        about_endpoint("endpoint-500", "a token is not good where the endpoint fails",
                       "A token that the userinfo endpoint answers with 500.",
                       {"userinfo.outage-open", "userinfo.outage-500"},
                       answered(500, "Internal Server Error", "text/plain")),
        waiting(about_endpoint(
            "endpoint-timeout", "Rejects a token when the userinfo endpoint does not respond",
            "A token that the userinfo endpoint never answers; the server's response is waited for "
            "longer than HTTP clients wait by default.",
            {"userinfo.outage-open", "userinfo.outage-500", "userinfo.no-timeout"},
            check::refuses_unanswered(&idp::OpaqueShape::at_userinfo))),
        about_endpoint("endpoint-unreachable",
                       "a token is not good where the endpoint cannot be reached",
                       "A token about which the userinfo endpoint resets the connection.",
                       {"userinfo.outage-open", "userinfo.outage-500"},
                       refuses_where([](Probe&) { return Misbehaviour::reset(); })),
        about_endpoint("endpoint-redirect",
                       "the endpoint's redirects are not followed with a token",
                       "A token that the userinfo endpoint answers with 307 to another issuer's, "
                       "which names an owner.",
                       {"userinfo.redirect-followed"}, redirected),
    }};

}  // namespace

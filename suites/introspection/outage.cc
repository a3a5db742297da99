// The introspection endpoint refuses, fails, keeps silent or sends the server elsewhere.
#include "harness/check/case.h"
#include "harness/check/opaque.h"

namespace {

using check::Level;
using check::Probe;
using idp::Misbehaviour;

constexpr const char* kOpen =
    "A server that lets everybody in while it cannot ask is opened by whoever keeps it from "
    "asking.";
constexpr const char* kFix =
    "Where the endpoint does not say that the token is active, refuse: 401, or 503 where it "
    "cannot be asked.";

constexpr const char* kPage = "<!DOCTYPE html><title>Sign in</title><p>active: true";

check::Body refuses_where(std::function<Misbehaviour(Probe&)> endpoint) {
  return check::refuses_shape([endpoint = std::move(endpoint)](Probe& probe) {
    return idp::OpaqueShape{.at_introspection = endpoint(probe)};
  });
}

check::Body answered(int status, std::string body, std::string type = "application/json") {
  return refuses_where([=](Probe&) { return Misbehaviour::answer(status, body, type); });
}

check::Finding redirected(Probe& probe) {
  return check::refuses_redirected(probe, {.misbehaves = &idp::OpaqueShape::at_introspection,
                                           .url = &idp::Issuer::introspection_url});
}

check::Case outage(std::string id, std::string title, std::string sends,
                   std::vector<std::string> faults, check::Body body) {
  return {.id = std::move(id),
          .title = std::move(title),
          .sends = std::move(sends),
          .level = Level::bcp,
          .attacker = check::Attacker::anyone,
          .references = {{"RFC 7662", "2.3"}, {"MCP", "token-handling"}, {"CWE-636", ""}},
          .requirements = {"RS-08", "REF-7662-2"},
          .needs = {.issuer = true},
          .faults = std::move(faults),
          .why = kOpen,
          .fix = kFix,
          .run = std::move(body)};
}

/// The wait for a server that waits itself.
check::Case waiting(check::Case one) {
  one.needs.waits = true;
  return one;
}

const check::Suite outage_cases{
    "introspection",
    {check::Mode::introspection},
    {
        outage("endpoint-html", "a page instead of an answer makes no token good",
               "A token that the endpoint answers about with 200 and a page of HTML.",
               {"introspection.html-ok", "introspection.unreadable-500"},
               answered(200, kPage, "text/html")),
        outage("endpoint-401", "a token is not good where the endpoint refuses the question",
               "A token that the endpoint answers about with 401 invalid_client.",
               {"introspection.error-is-active", "introspection.refusal-500"},
               answered(401, R"({"error":"invalid_client"})")),
        outage("endpoint-403", "a token is not good where the endpoint forbids the question",
               "A token that the endpoint answers about with 403.",
               {"introspection.error-is-active", "introspection.refusal-500"},
               answered(403, R"({"error":"access_denied"})")),
        outage("endpoint-500", "a token is not good where the endpoint fails",
               "A token that the endpoint answers about with 500.",
               {"introspection.outage-open", "introspection.outage-500"},
               answered(500, "Internal Server Error", "text/plain")),
        waiting(outage(
            "endpoint-timeout", "Rejects a token when the introspection endpoint does not respond",
            "A token that the endpoint never answers about; the server's response is waited for "
            "longer than HTTP clients wait by default.",
            {"introspection.outage-open", "introspection.outage-500", "introspection.no-timeout"},
            check::refuses_unanswered(&idp::OpaqueShape::at_introspection))),
        outage("endpoint-unreachable", "a token is not good where the endpoint cannot be reached",
               "A token about which the endpoint resets the connection without an answer.",
               {"introspection.outage-open", "introspection.outage-500"},
               refuses_where([](Probe&) { return Misbehaviour::reset(); })),
        outage("endpoint-redirect", "the endpoint's redirects are not followed with a token",
               "A token that the endpoint answers about with 307 to another issuer's endpoint, "
               "which calls it active.",
               {"introspection.redirect-followed"}, redirected),
    }};

}  // namespace

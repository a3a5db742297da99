// Requests without credentials, in all the shapes in which they come.
#include <fmt/core.h>

#include <string_view>

#include "harness/check/family.h"

namespace {

using check::Attempt;
using check::Family;
using check::Level;
using check::Probe;
using mcp::Operation;
using mcp::Revision;

/// 404, 405 and 406 say that the endpoint has no such method, whoever asks.
const check::Refusal kUnauthorizedOrNoRoute{.statuses = {401, 404, 405, 406}};

struct Method {
  const char* label;
  Operation operation;
};

std::vector<Method> protected_methods() {
  return {
      {"tools/list", Operation::list_tools()},
      {"tools/call", Operation::call_tool("echo", R"({"text":"hello"})")},
      {"resources/list", {.method = "resources/list"}},
      {"prompts/list", {.method = "prompts/list"}},
      {"an unknown method", {.method = "authspec/unknown"}},
      {"a notification", {.method = "notifications/roots/list_changed", .notification = true}},
  };
}

bool is_public(const Probe& probe, const std::string& method) {
  for (const auto& open : probe.target().profile.public_methods) {
    if (open == method) return true;
  }
  return false;
}

void make_batch(wire::Request& request) { request.body = "[" + request.body + "]"; }

Family every_method(Probe& probe) {
  Family family;
  for (const Method& method : protected_methods()) {
    if (is_public(probe, method.operation.method)) continue;
    family.push_back({method.label, {.operation = method.operation}});
  }
  return family;
}

/// Only the oldest revision has batches; on others it is enough that none is served.
check::Finding every_method_and_batch(Probe& probe) {
  const Family batch = {{"a batch", {.edit = make_batch}}};
  const bool has_batches = probe.target().revision() == Revision::r2025_03_26;
  return check::worst(
      {check::refuses_each(probe, every_method(probe)),
       has_batches ? check::refuses_each(probe, batch) : check::serves_none(probe, batch)});
}

Family handshake(Probe& probe) {
  Family family;
  const auto initialize = [target = probe.target()](wire::Request& request) {
    mcp::Framing framing = target.framing();
    if (target.era() == mcp::Era::modern) framing.revision = Revision::r2025_11_25;
    framing.protocol_version.clear();
    request = mcp::frame_initialize(framing, "0");
  };
  if (!is_public(probe, "initialize")) family.push_back({"initialize", {.edit = initialize}});
  if (!is_public(probe, "ping")) family.push_back({"ping", {.operation = Operation{"ping"}}});
  const bool modern = probe.target().era() == mcp::Era::modern;
  if (modern && !is_public(probe, "server/discover")) {
    family.push_back({"server/discover", {.operation = Operation{"server/discover"}}});
  }
  return family;
}

/// The endpoint without a message, as GET and DELETE use it.
Attempt without_message(const char* method) {
  return {.edit = [method](wire::Request& request) {
    request.method = method;
    request.body.clear();
    base::remove_header(request.headers, "Content-Type");
    base::remove_header(request.headers, "Mcp-Method");
    base::set_header(request.headers, "Accept", "text/event-stream");
  }};
}

/// Not served. A status that valid credentials get as well is no matter of authorization.
check::Body refuses_without_message(const char* method) {
  return [method](Probe& probe) {
    check::Finding finding = probe.refuses(without_message(method), kUnauthorizedOrNoRoute);
    if (finding.outcome != check::Outcome::misrefused) return finding;
    // A DELETE with valid credentials would end the session that the run uses.
    const bool ends = std::string_view(method) == "DELETE";
    if (ends && !probe.target().greeting.session_id.empty()) return finding;
    Attempt with = without_message(method);
    const int status = probe.exchanges().empty() ? 0 : probe.exchanges().back().status();
    with.credential = probe.good_credential();
    const mcp::Answer good = probe.send(with);
    if (status / 100 != 4 || good.status() != status) return finding;
    return check::Finding::met(
        fmt::format("{} {}, with valid credentials too", method, good.status()));
  };
}

Attempt empty_value(const char* value) { return {.credential = check::authorization(value)}; }

const check::Suite credentials_cases{
    "challenge",
    check::modes::protected_http(),
    {
        {.id = "no-credentials",
         .title = "a request without credentials is refused with 401 and a challenge",
         .sends = "The operation without an Authorization field.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "error-handling"}, {"RFC 6750", "3"}},
         .requirements = {"RS-05", "RS-21", "RS-10", "REF-01"},
         .faults = {"credential.skip", "credential.missing-403", "credential.missing-200",
                    "credential.public-list", "challenge.skip"},
         .aliases = {"auth-unauthenticated-request-rejected"},
         .why = "Whoever reaches the port can use every tool, or a client never learns that it has "
                "to log in.",
         .fix = "Check credentials in a layer in front of the MCP handler and answer 401 with "
                "WWW-Authenticate: Bearer where there are none.",
         .run = check::refuses_attempt([](Probe&) { return check::without_credentials(); })},
        {.id = "every-method",
         .title = "no method, notification or batch is served without credentials",
         .sends = "tools/list, tools/call, resources/list, prompts/list, an unknown method, a "
                  "notification and a batch, without credentials.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "token-requirements"}, {"MCP", "error-handling"}},
         .requirements = {"RS-05", "RS-16", "RS-21"},
         .faults = {"credential.skip", "credential.public-list", "credential.public-call",
                    "credential.public-notification", "credential.public-unknown",
                    "credential.public-batch"},
         .why = "Credentials belong to every HTTP request. Checks per method forget the next "
                "method that is added.",
         .fix = "Check credentials once for the whole endpoint, before the message is looked at. "
                "Methods that are open on purpose belong in the profile's public_methods.",
         .run = every_method_and_batch},
        {.id = "handshake",
         .title = "initialize, server/discover and ping are not served without credentials",
         .sends = "initialize, ping and, where it exists, server/discover, without credentials.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .if_accepted = Level::should,
         .references = {{"MCP", "token-requirements"}},
         .requirements = {"RS-05", "RS-16"},
         .faults = {"credential.skip", "credential.public-initialize"},
         .why = "An open handshake tells strangers the server's name, version and abilities, and "
                "lets them open sessions.",
         .fix = "Protect the handshake as well; a client that gets a 401 there logs in and tries "
                "again.",
         .run = check::milder(
             check::refuses_family(handshake),
             "the handshake is open to strangers; some servers do so on purpose and then name "
             "it in the profile's public_methods")},
        {.id = "get-stream",
         .title = "the event stream of GET is not opened without credentials",
         .sends = "GET of the endpoint with Accept: text/event-stream, without credentials.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "token-requirements"}, {"MCP transports", ""}},
         .requirements = {"RS-05", "RS-16"},
         .faults = {"credential.public-get"},
         .why = "The stream carries the server's messages to whoever listens.",
         .fix = "Check credentials on GET as on POST, or answer 405.",
         .run = refuses_without_message("GET")},
        {.id = "delete-session",
         .title = "DELETE is not served without credentials",
         .sends = "DELETE of the endpoint, without credentials.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "token-requirements"}, {"MCP transports", "session-management"}},
         .requirements = {"RS-05"},
         .faults = {"credential.public-delete"},
         .why = "A stranger can end other people's sessions.",
         .fix = "Check credentials on DELETE as on POST, or answer 405.",
         .run = refuses_without_message("DELETE")},
        {.id = "empty-bearer",
         .title = "the scheme Bearer without a token is refused with 401 or 400",
         .sends = "\"Authorization: Bearer\", with nothing behind it.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6750", "2.1"}, {"RFC 6750", "3.1"}},
         .requirements = {"RS-23", "REF-05"},
         .needs = {.modes = check::modes::bearer_scheme()},
         .faults = {"credential.skip", "credential.empty-bearer", "credential.empty-500"},
         .why = "An empty token that counts as a token, or as nothing to check, lets anybody in.",
         .fix = "Treat an Authorization field without a token like one that is not there, or as "
                "a malformed request.",
         .run = check::refuses_attempt([](Probe&) { return empty_value("Bearer"); },
                                       {.statuses = {401, 400}})},
        {.id = "blank-bearer",
         .title = "the scheme Bearer followed by blanks is refused with 401 or 400",
         .sends = "\"Authorization: Bearer\", with four blanks behind it.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6750", "2.1"}, {"RFC 6750", "3.1"}},
         .requirements = {"RS-23", "REF-05"},
         .needs = {.modes = check::modes::bearer_scheme()},
         .faults = {"credential.skip", "credential.empty-bearer", "credential.empty-500"},
         .why = "As with the empty token: what splits at blanks finds a token of length nought.",
         .fix = "Trim the field before it is split, and refuse an empty token.",
         .run = check::refuses_attempt([](Probe&) { return empty_value("Bearer    "); },
                                       {.statuses = {401, 400}})},
    }};

}  // namespace

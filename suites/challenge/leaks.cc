// What refusals give away. These cases look back on every refusal of the run.
#include <fmt/core.h>

#include <array>
#include <cctype>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/family.h"
#include "suites/challenge/echo.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

/// Marks of things that only the inside of a program knows.
constexpr std::array kMarks = {
    "Traceback (most recent call last)",
    "node_modules/",
    "/usr/lib/python",
    "site-packages/",
    "java.lang.",
    "at Object.<anonymous>",
    "goroutine 1 [running]",
    "-----BEGIN ",
    "stack backtrace:",
    "System.Exception",
    "/usr/src/app/",
    "/home/",
    "/Users/",
    "/var/www/",
};
constexpr std::array kSourceSuffixes = {".cc:", ".cpp:", ".js:", ".mjs:",  ".cjs:", ".ts:",
                                        ".py:", ".go:",  ".rs:", ".java:", ".rb:",  ".php:"};

/// Refusals of the run, and some more in case that no other case ran.
std::vector<check::Refused> refusals(Probe& probe) {
  probe.send(check::without_credentials());
  probe.send(check::with_garbage(probe));
  if (probe.context().calibration().accepted) {
    jose::Recipe expired = probe.good();
    expired.expiring_in(std::chrono::hours(-1));
    probe.send({.credential = probe.carry(probe.mint(expired))});
  }
  return probe.context().refused();
}

/// Status line, headers and body: everything that the client gets to see.
std::string shown(const wire::Response& response) {
  std::string text = response.reason + "\n";
  for (const auto& header : response.headers) text += header.name + ": " + header.value + "\n";
  return text + "\n" + response.body;
}

/// What the server says of itself anyway, such as its URL: a token may have it in clear text.
std::string said_anyway(Probe& probe) {
  const mcp::Answer answer = probe.send(check::without_credentials());
  const check::Target& target = probe.target();
  std::string text = answer.exchange.response ? shown(*answer.exchange.response) : "";
  for (const std::string& own : {target.url.origin() + target.url.target(), target.audience,
                                 base::join(target.scopes, " ")}) {
    text += "\n" + own;
  }
  return text + "\n" + probe.context().issuer().url();
}

/// "index.js:12": a name of source code with a line number.
std::optional<std::string> source_line(const std::string& text) {
  for (const char* suffix : kSourceSuffixes) {
    const std::string_view mark = suffix;
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
      const std::size_t digit = at + mark.size();
      const bool numbered = digit < text.size() && std::isdigit(text[digit]) != 0;
      const bool named = at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0;
      if (numbered && named) return text.substr(at > 24 ? at - 24 : 0, 40);
    }
  }
  return std::nullopt;
}

/// What of the inside a text shows, unless the client itself had sent it.
std::optional<std::string> internals(const std::string& text, const std::string& sent) {
  for (const char* mark : kMarks) {
    if (text.find(mark) != std::string::npos && sent.find(mark) == std::string::npos) return mark;
  }
  return source_line(text);
}

Finding no_token_echo(Probe& probe) {
  const std::string anyway = said_anyway(probe);
  std::set<std::string> found;
  for (const auto& refused : refusals(probe)) {
    if (!refused.exchange.response) continue;
    if (!suites::challenge::echoes(shown(*refused.exchange.response), refused.credential, anyway)) {
      continue;
    }
    probe.decisive(refused.exchange, true);
    found.insert(refused.case_id);
  }
  if (found.empty()) return Finding::met("no refusal repeats the credential");
  return Finding::broken(
      "refusals that do not repeat the credential",
      fmt::format("{} refusals repeat it, such as in {}", found.size(), *found.begin()),
      "whoever sees the answer or its log sees the credential");
}

Finding no_internals(Probe& probe) {
  std::set<std::string> found;
  for (const auto& refused : refusals(probe)) {
    if (!refused.exchange.response) continue;
    const auto mark = internals(shown(*refused.exchange.response),
                                refused.exchange.raw_request + refused.credential);
    if (!mark) continue;
    probe.decisive(refused.exchange, true);
    found.insert(fmt::format("{}: `{}`", refused.case_id, *mark));
  }
  if (found.empty()) return Finding::met("no refusal shows the server's inside");
  return Finding::broken(
      "refusals without stack traces, file paths and key material",
      fmt::format("{} refusals show some, such as {}", found.size(), *found.begin()),
      "the inside of the server is shown to whoever has no credentials");
}

/// The shape of a refusal's body: its JSON-RPC error, the JSON of OAuth, or something else.
std::string shape(const wire::Response& response) {
  if (response.body.empty()) return "empty";
  const auto body = base::parse_json(response.body);
  if (!body) return "not JSON";
  if (!body->is_object() || !body->contains("error")) return "other JSON";
  const bool rpc = body->contains("jsonrpc") && body->at("error").is_object();
  if (rpc) return body->at("error").contains("code") ? "JSON-RPC error" : "JSON-RPC without code";
  return body->at("error").is_string() ? "OAuth error" : "other JSON";
}

Finding error_shape(Probe& probe) {
  std::set<std::string> shapes;
  for (const auto& refused : refusals(probe)) {
    const int status = refused.exchange.status();
    if (status != 401 && status != 403 && status != 429) continue;
    shapes.insert(fmt::format("{}: {}", status, shape(*refused.exchange.response)));
  }
  const std::string text = base::join(std::vector<std::string>(shapes.begin(), shapes.end()), "; ");
  probe.note("refusal_bodies", base::json_string(text));
  return Finding::met(text);
}

const check::Suite leaks_cases{
    "challenge",
    check::modes::protected_http(),
    {
        {.id = "no-token-echo",
         .title = "no refusal of the run repeats the credential it refuses",
         .sends =
             "Nothing, garbage and an expired token; then all refusals of the run are searched.",
         .level = Level::bcp,
         .attacker = check::Attacker::network,
         .references = {{"RFC 9700", "4.9"}, {"CWE-209", ""}},
         .requirements = {"RS-20"},
         .needs = {.last = true},
         .faults = {"errors.token-echo", "errors.header-echo"},
         .why = "A token that is refused here is often good elsewhere, or was good a second ago.",
         .fix = "Say what is wrong with the token, never what it is.",
         .run = no_token_echo},
        {.id = "no-internals",
         .title = "no refusal of the run shows stack traces, file paths or keys",
         .sends =
             "Nothing, garbage and an expired token; then all refusals of the run are searched.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-209", ""}},
         .requirements = {"RS-16"},
         .needs = {.last = true},
         .faults = {"errors.skip", "errors.stack-trace", "errors.key-material"},
         .why = "Versions, paths and keys are what an attacker looks for first.",
         .fix = "Map every error of the verification to a fixed answer; write details to the log.",
         .run = no_internals},
        {.id = "jsonrpc-error-shape",
         .title = "which shape the bodies of refusals have",
         .sends = "Nothing, garbage and an expired token; then the bodies of all refusals of the "
                  "run are looked at.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"JSON-RPC 2.0", "5"}},
         .needs = {.last = true},
         .why = "Clients that parse every body as JSON-RPC stumble over other shapes.",
         .fix = "Where the body of a refusal is JSON, a JSON-RPC error with the request's id, or "
                "with none, suits every client.",
         .run = error_shape},
    }};

}  // namespace

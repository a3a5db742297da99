// Paths beside the endpoint at which the same server may be mounted, without its check.
#include "suites/surface/doors.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "common/base/text.h"
#include "harness/check/sessions.h"
#include "suites/surface/rows.h"

namespace suites::surface {
namespace {

using check::Credential;
using check::Finding;
using check::Probe;

/// Where servers and frameworks mount MCP by default, and where older transports were.
constexpr std::array kCommonPaths = {
    "/",       "/mcp",    "/sse",  "/messages", "/message",        "/rpc", "/jsonrpc", "/api/mcp",
    "/v1/mcp", "/mcp/v1", "/http", "/stream",   "/streamable-http"};
/// Spelled after the endpoint's own path.
constexpr std::array kSuffixes = {"/",       "/sse", "/messages", "/message", "/rpc",
                                  "/stream", "//",   "/.",        ".json"};

std::vector<std::string> sibling_paths(const Probe& probe) {
  const std::string own = probe.target().url.path;
  std::string stem = own;
  while (stem.size() > 1 && stem.back() == '/') stem.pop_back();
  std::vector<std::string> paths;
  const auto add = [&](const std::string& path) {
    if (path != own && !base::contains(paths, path)) paths.push_back(path);
  };
  for (const char* path : kCommonPaths) add(path);
  if (stem != "/") {
    add(stem);
    for (const char* suffix : kSuffixes) add(stem + suffix);
    // A mount beside the endpoint: /api/mcp and /api/sse.
    const std::string parent = stem.substr(0, stem.rfind('/'));
    if (!parent.empty()) {
      for (const char* name : {"/sse", "/messages", "/message"}) add(parent + name);
    }
  }
  return paths;
}

/// Nothing answers there, or it leads elsewhere.
bool is_no_door(const mcp::Answer& answer) {
  const int status = answer.status();
  return status == 0 || status == 404 || status == 405 || status == 410 || status == 501 ||
         status / 100 == 3;
}

bool is_locked(const mcp::Answer& answer) {
  return answer.status() == 401 || answer.status() == 403;
}

mcp::Answer list_at(Probe& probe, mcp::Framing framing, const std::string& path,
                    const Credential& credential) {
  framing.target = path;
  return ask(probe, framing, mcp::Operation::list_tools(), credential);
}

/// A session that begins at that path, and the list in it.
mcp::Answer list_in_session_at(Probe& probe, const std::string& path,
                               const Credential& credential) {
  const mcp::Greeting greeting = mcp::greet(
      [&](wire::Request request, std::string_view id) {
        return ask(probe, std::move(request), credential, id, kForAnAnswer);
      },
      path, mcp::Revision::r2025_11_25);
  if (!greeting.ok()) return greeting.last;
  return list_at(probe,
                 {.revision = greeting.revision,
                  .session_id = greeting.session_id,
                  .protocol_version = greeting.protocol_version},
                 path, credential);
}

mcp::Framing own_framing(Probe& probe) {
  mcp::Framing framing = probe.target().framing();
  framing.session_id.clear();
  return framing;
}

Finding siblings(Probe& probe) { return closed_at(probe, sibling_paths(probe)); }

const check::Suite kDoorCases{
    "surface", check::modes::protected_http(),
    cases_on_ways({
        {.id = "sibling-paths",
         .title = "Serves MCP at no other path without verified credentials",
         .sends =
             "tools/list and a new session without credentials and with garbage at /sse, "
             "/messages, /message, /, other spellings of the endpoint's path and usual mounts.",
         .faults = {"transport.sibling-open", "transport.skip"},
         .body = siblings},
    })};

}  // namespace

Forgeries strangers(Probe& probe) {
  return {{"no credentials", check::nothing()}, {"garbage", probe.carry("this-is-not-a-token")}};
}

std::optional<Protected> behind_the_endpoint(Probe& probe) {
  const mcp::Answer tools =
      ask(probe, probe.context().framing(), mcp::Operation::list_tools(), probe.good_credential());
  if (tools.kind != mcp::Kind::result) return std::nullopt;
  return Protected{tools};
}

bool gives_away(const mcp::Answer& answer, const Protected& kept) {
  return compare(answer, kept.tools, [&] { return kept.tools; }) == Got::result;
}

std::optional<Finding> open_at(Probe& probe, const std::string& path, const Protected& kept,
                               const Forgeries& forgeries) {
  for (const Forged& forged : forgeries) {
    mcp::Answer answer = list_at(probe, own_framing(probe), path, forged.credential);
    if (is_no_door(answer)) return std::nullopt;
    if (!gives_away(answer, kept) && !is_locked(answer)) {
      answer = list_in_session_at(probe, path, forged.credential);
    }
    if (!gives_away(answer, kept)) continue;
    probe.decisive(answer.exchange, true);
    Finding finding =
        let_in("tools/list at " + path, {forged.label}, Got::result, answer.summary());
    finding.reason = "the endpoint's tools are served at another path without its check";
    return finding;
  }
  return std::nullopt;
}

Finding closed_at(Probe& probe, const std::vector<std::string>& paths) {
  if (auto obstacle = not_judgeable(probe)) return std::move(*obstacle);
  const auto kept = behind_the_endpoint(probe);
  if (!kept) return Finding::undecided("valid credentials got no list of tools to compare with");
  const Forgeries forgeries = strangers(probe);
  if (open_at(probe, probe.target().url.target(), *kept, forgeries)) {
    return Finding::skipped("the endpoint itself serves the list: see surface.tools-list");
  }
  std::vector<Finding> findings;
  for (const std::string& path : paths) {
    if (auto open = open_at(probe, path, *kept, forgeries)) findings.push_back(std::move(*open));
  }
  if (!findings.empty()) return check::worst(std::move(findings));
  return Finding::met(fmt::format("{} paths serve nothing of the endpoint", paths.size()));
}

}  // namespace suites::surface

// Whether a stranger's host name finds its way into what clients are told to trust.
#include <fmt/core.h>

#include <set>

#include "common/base/text.h"
#include "suites/discovery/metadata.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

constexpr const char* kForeign = "attacker.example";

base::Headers injections() {
  return {{"Host", kForeign},
          {"X-Forwarded-Host", kForeign},
          {"Forwarded", fmt::format("host={};proto=https", kForeign)}};
}

bool names_foreign(const wire::Exchange& exchange) {
  if (!exchange.response) return false;
  const wire::Response& response = *exchange.response;
  // A refusal may say which host it refuses; what counts is what a client would go by.
  if (response.status == 200 && response.body.find(kForeign) != std::string::npos) return true;
  for (const auto& field : base::all_headers(response.headers, "WWW-Authenticate")) {
    if (field.find(kForeign) != std::string::npos) return true;
  }
  return false;
}

Finding host_injection(Probe& probe) {
  const auto locations = suites::look_for_metadata(probe);
  std::set<std::string> paths;
  for (const auto& location : locations) {
    if (location.found()) paths.insert(base::parse_url(location.url)->target());
  }
  std::vector<std::string> reflected;
  bool forwarded = false;
  for (const base::Header& header : injections()) {
    for (const std::string& path : paths) {
      const wire::Exchange exchange = probe.get(path, {header, {"Accept", "application/json"}});
      if (!names_foreign(exchange)) continue;
      probe.decisive(exchange, true);
      reflected.push_back(fmt::format("{} in the metadata at {}", header.name, path));
      forwarded = forwarded || header.name != "Host";
    }
    const auto answer = probe.send({.edit = [&](wire::Request& request) {
      base::set_header(request.headers, header.name, header.value);
    }});
    if (!names_foreign(answer.exchange)) continue;
    probe.decisive(answer.exchange, true);
    reflected.push_back(header.name + " in the challenge");
    forwarded = forwarded || header.name != "Host";
  }
  if (reflected.empty()) return Finding::met("no header of the request shows up in the answers");
  Finding finding = Finding::broken(
      "URLs that do not depend on what the request claims",
      "the server repeats the value of " + base::join(reflected, ", "),
      forwarded ? "a forwarding field is no part of a cache's key, so one request of an attacker "
                  "sends the clients that share the cache to the attacker's server"
                : "no client sends a foreign Host by itself: this needs DNS rebinding, or a cache "
                  "that ignores Host");
  if (forwarded) finding.impact = check::Impact::exposure;
  return finding;
}

const check::Suite injection_cases{
    "discovery",
    check::modes::metadata(),
    {
        {.id = "prm-host-injection",
         .title = "a foreign host in Host, X-Forwarded-Host or Forwarded is not repeated",
         .sends = "GET of the metadata, and a request without credentials, with attacker.example "
                  "in Host, X-Forwarded-Host and Forwarded.",
         .level = Level::bcp,
         .attacker = check::Attacker::network,
         .references = {{"CWE-644", ""}, {"RFC 9728", "7.3"}},
         .requirements = {"RS-01"},
         .needs = {.since = mcp::Revision::r2025_06_18},
         .faults = {"metadata.host-reflected", "challenge.host-reflected"},
         .why = "The metadata tells clients where to log in. Whoever controls its host names "
                "controls where passwords and codes go.",
         .fix = "Build all URLs from a configured public URL; trust forwarding headers from a "
                "known proxy only.",
         .run = host_injection},
    }};

}  // namespace

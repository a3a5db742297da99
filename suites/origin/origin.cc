// DNS rebinding: requests that a web page of somebody else's makes a browser send.
#include <fmt/core.h>

#include "common/base/text.h"
#include "harness/check/declared.h"
#include "harness/check/family.h"

namespace {

using check::Attempt;
using check::Body;
using check::Family;
using check::Finding;
using check::Level;
using check::Mode;
using check::Probe;
using mcp::Revision;

Attempt with_header(Probe& probe, const std::string& name, const std::string& value) {
  return {.credential = probe.good_credential(), .edit = [name, value](wire::Request& request) {
            base::set_header(request.headers, name, value);
          }};
}

Family of_origin(Probe& probe, const std::vector<std::string>& origins) {
  Family family;
  for (const auto& origin : origins) {
    family.push_back({"Origin: " + origin, with_header(probe, "Origin", origin)});
  }
  return family;
}

/// 403 is demanded since 2025-11-25; the older revisions leave the status open.
check::Refusal refusal_for(const Probe& probe) {
  if (probe.target().revision() < Revision::r2025_11_25) return check::any_refusal();
  return {.statuses = {403}, .challenge = false};
}

/// Refused with good credentials, so that acceptance says nothing about authentication.
Finding refused(Probe& probe, const Family& family, const check::Refusal& refusal,
                const std::string& reason, const std::string& cause) {
  Finding finding = check::no_bypass(check::refuses_each(probe, family, refusal), reason);
  if (finding.outcome != check::Outcome::accepted) return finding;
  finding.outcome = check::Outcome::not_applicable;
  finding.cause = cause;
  return finding;
}

/// Whether a request with that field is turned away; also where that could not be seen.
bool turns_away(Probe& probe, const char* name, const std::string& value) {
  const bool good = probe.control_accepted();
  return good && probe.send(with_header(probe, name, value)).status() / 100 == 4;
}

/// Whether a foreign Host is turned away: then DNS rebinding, which sends one, leads nowhere.
bool checks_host(Probe& probe) {
  return probe.context().once<bool>("origin.checks-host", [&] {
    const std::string host = fmt::format("attacker.example:{}", probe.target().url.port);
    return turns_away(probe, "Host", host);
  });
}

constexpr const char* kForeignOrigin = "https://attacker.example";

bool checks_origin(Probe& probe) {
  return probe.context().once<bool>("origin.checks-origin",
                                    [&] { return turns_away(probe, "Origin", kForeignOrigin); });
}

/// What a page can do that such an Origin lets in.
std::string risk(Probe& probe) {
  if (checks_host(probe)) {
    return "a foreign Host is rejected, so a page does not get here by DNS rebinding";
  }
  return probe.target().mode == Mode::none || !probe.context().refuses_something()
             ? "a page that reaches this server by DNS rebinding can use every tool"
             : "a page that reaches this server by DNS rebinding is served, though it still needs "
               "credentials";
}

using Origins = std::vector<std::string> (*)(const base::Url& target);

/// `loosely` says what is wrong where other foreign origins are refused.
Body refuses_origins(Origins origins, std::string loosely) {
  return [origins, loosely = std::move(loosely)](Probe& probe) {
    Finding finding = refused(probe, of_origin(probe, origins(probe.target().url)),
                              refusal_for(probe), "", "foreign origins are served");
    if (finding.kind != Finding::Kind::broken || !finding.reason.empty()) return finding;
    const bool checked = checks_origin(probe);
    finding.reason =
        fmt::format("{}; {}", checked ? loosely : "the Origin is not checked", risk(probe));
    if (checked) finding.cause = loosely;
    if (checks_host(probe)) finding.level = Level::should;
    return finding;
  };
}

std::vector<std::string> foreign(const base::Url&) { return {kForeignOrigin}; }

std::vector<std::string> opaque(const base::Url&) { return {"null"}; }

/// Origins that browsers can send, of pages that are not the server's.
std::vector<std::string> lookalikes(const base::Url& target) {
  const auto port = fmt::format(":{}", target.port);
  std::vector<std::string> names = {target.host};
  if (target.is_loopback()) names = {"127.0.0.1", "localhost"};
  std::vector<std::string> origins;
  for (const std::string& name : names) {
    // An address in brackets cannot be part of a name.
    if (name.find(':') != std::string::npos) continue;
    origins.push_back(fmt::format("{}://{}.attacker.example", target.scheme, name));
    origins.push_back(fmt::format("{}://{}.attacker.example{}", target.scheme, name, port));
  }
  origins.push_back(fmt::format("{}://attacker.example{}", target.scheme, port));
  if (!target.is_loopback()) {
    origins.push_back(fmt::format("{}://attacker{}", target.scheme, target.host));
  }
  return origins;
}

/// The server's own origin, by each name that this machine has for itself.
std::vector<std::string> own_origins(const base::Url& target) {
  std::vector<std::string> origins = {target.origin()};
  if (!target.is_loopback()) return origins;
  for (const char* host : {"127.0.0.1", "localhost", "[::1]"}) {
    const std::string origin = fmt::format("{}://{}:{}", target.scheme, host, target.port);
    if (!base::contains(origins, origin)) origins.push_back(origin);
  }
  return origins;
}

Finding allowed(Probe& probe) {
  const std::string declared = check::declared(probe).allowed_origin;
  const auto origins = declared.empty() ? own_origins(probe.target().url) : std::vector{declared};
  Finding finding = check::accepts_each(probe, of_origin(probe, {origins.front()}));
  for (std::size_t i = 1; i < origins.size() && finding.kind == Finding::Kind::broken; ++i) {
    Finding by_other_name = check::accepts_each(probe, of_origin(probe, {origins[i]}));
    if (by_other_name.kind != Finding::Kind::broken) finding = std::move(by_other_name);
  }
  if (finding.kind == Finding::Kind::broken) {
    finding.reason =
        "a page of this origin cannot use the server; if another origin is meant to, "
        "name it as allowed_origin in the profile";
  }
  return finding;
}

/// Clients that are no browsers send no Origin, and name themselves as they like.
Family no_origin(Probe& probe) {
  Family family = {{"no Origin", {.credential = probe.good_credential()}}};
  for (const char* agent : {"curl/8.5.0", "python-httpx/0.27.0", "node"}) {
    family.push_back(
        {fmt::format("no Origin, User-Agent: {}", agent), with_header(probe, "User-Agent", agent)});
  }
  return family;
}

Finding host_foreign(Probe& probe) {
  const base::Url& target = probe.target().url;
  if (!target.is_loopback()) {
    return Finding::skipped("the target is not on this machine, so its host names are not known");
  }
  Family family;
  for (const std::string& name :
       {std::string("attacker.example"), target.host + ".attacker.example"}) {
    const std::string host = fmt::format("{}:{}", name, target.port);
    family.push_back({"Host: " + host, with_header(probe, "Host", host)});
  }
  return refused(probe, family, check::any_refusal(),
                 "a name of the attacker's that resolves to this machine is served, which is how "
                 "DNS rebinding begins",
                 "foreign hosts are served");
}

const check::Suite origin_cases{
    "origin",
    check::modes::http(),
    {
        {.id = "origin-foreign",
         .title = "a request with a foreign Origin is refused with 403",
         .sends = "The good token with Origin: https://attacker.example.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"MCP transports", "security-warning"}, {"CWE-346", ""}},

         .faults = {"origin.skip"},
         .why = "Any web page that the user opens could talk to a server on the user's machine.",
         .fix = "Compare Origin, where there is one, with a list of allowed origins; else 403.",
         .run = refuses_origins(foreign, "the Origin is checked at times only")},
        {.id = "origin-null",
         .title = "a request with Origin: null is refused with 403",
         .sends = "The good token with Origin: null.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"MCP transports", "security-warning"}, {"CWE-346", ""}},

         .faults = {"origin.skip", "origin.null-ok"},
         .why = "Sandboxed frames and local files have the origin null: any page can make one.",
         .fix = "Never list null as an allowed origin.",
         .run = refuses_origins(opaque, "Origin: null is accepted, which any page can send")},
        {.id = "origin-subdomain-lookalike",
         .title = "a request with an Origin that only resembles the own one is refused with 403",
         .sends =
             "The valid token with Origins of other pages that hold parts of the server's own: "
             "its host as a subdomain of attacker.example, its port on another host.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"MCP transports", "security-warning"}, {"CWE-346", ""}},

         .faults = {"origin.skip", "origin.prefix", "origin.substring"},
         .why = "Comparing beginnings, ends or parts of an origin lets chosen host names pass.",
         .fix = "Compare whole origins: scheme, host and port.",
         .run = refuses_origins(lookalikes,
                                "the Origin is checked, but not as a whole: parts of it decide")},
        {.id = "origin-allowed",
         .title = "a request with an allowed Origin is served",
         .sends = "A valid token with the allowed Origin, or else the server's own by each of its "
                  "names.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP transports", "security-warning"}},

         .faults = {"origin.refuse-all"},
         .why = "Clients in browsers are locked out.",
         .fix = "Allow the server's own origin and those of the web clients it is meant for.",
         .run = allowed},
        {.id = "origin-absent",
         .title = "a request without Origin is served, whatever client sends it",
         .sends = "The good token without Origin, as curl, as python-httpx and as node.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP transports", "security-warning"}},

         .faults = {"origin.refuse-scripts"},
         .why = "Only browsers send Origin; all other clients would be locked out.",
         .fix = "Check Origin only where there is one.",
         .run = check::accepts_family(no_origin)},
        {.id = "host-foreign",
         .title = "a server on this machine refuses a foreign Host",
         .sends = "The good token with Host: attacker.example, and with the server's host as a "
                  "subdomain of it.",
         .level = Level::should,
         .attacker = check::Attacker::network,
         .references = {{"MCP transports", "security-warning"}, {"CWE-350", ""}},

         .faults = {"host.skip", "host.substring"},
         .why = "With DNS rebinding the browser takes the attacker's page and this server for one "
                "origin, and then sends no foreign Origin.",
         .fix = "On loopback, serve requests for localhost, 127.0.0.1 and [::1] only.",
         .run = host_foreign},
    }};

}  // namespace

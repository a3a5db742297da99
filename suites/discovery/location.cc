// Where the protected resource metadata is and how it is served.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "suites/discovery/metadata.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;
using mcp::Revision;
using suites::Location;

std::string asked(const std::vector<Location>& locations) {
  std::vector<std::string> lines;
  for (const Location& location : locations) {
    lines.push_back(fmt::format("{}: {}", location.url,
                                location.exchange.response
                                    ? std::to_string(location.exchange.status())
                                    : location.exchange.failure_text));
  }
  return base::join(lines, "; ");
}

bool is_json(const Location& location) {
  return location.found() && base::parse_json(location.exchange.response->body);
}

/// In this revision the challenge alone tells where the metadata is.
Finding named_by_challenge(const std::optional<std::string>& url,
                           const std::vector<Location>& locations) {
  if (!url) {
    return Finding::broken("a 401 whose challenge names the metadata",
                           "the challenge has no resource_metadata",
                           "in revision 2025-06-18 clients look nowhere else");
  }
  const Location& first = locations.front();
  if (first.kind == Location::Kind::challenge && is_json(first)) return Finding::met(first.url);
  return Finding::broken("200 with JSON at the URL that the challenge names", asked(locations));
}

Finding available(Probe& probe) {
  const auto url = suites::challenged_url(probe);
  const auto locations = suites::look_for_metadata(probe);
  if (probe.target().revision() == Revision::r2025_06_18) {
    return named_by_challenge(url, locations);
  }
  const Location& first = locations.front();
  const int status = first.exchange.status();
  if (first.kind == Location::Kind::challenge && !is_json(first) && status != 401 &&
      status != 403) {
    probe.decisive(first.exchange, true);
    return Finding::broken("200 with JSON at the URL that the challenge names", asked(locations),
                           "a client that is told where the metadata is looks nowhere else");
  }
  for (const Location& location : locations) {
    if (is_json(location)) return Finding::met(location.url);
  }
  probe.decisive(locations.front().exchange, true);
  return Finding::broken("200 with JSON at one of the three places", asked(locations),
                         "a client cannot find out where to get a token");
}

/// One origin. A server on this machine may name itself 127.0.0.1 where we said localhost.
bool is_same_server(const base::Url& one, const base::Url& other) {
  if (one.origin() == other.origin()) return true;
  return one.is_loopback() && other.is_loopback() && one.scheme == other.scheme &&
         one.port == other.port;
}

Finding url_absolute(Probe& probe) {
  const auto url = suites::challenged_url(probe);
  if (!url) return Finding::skipped("the challenge has no resource_metadata");
  if (const auto& sent = probe.exchanges(); !sent.empty()) probe.decisive(sent.back());
  const std::string origin = probe.target().url.origin();
  const std::string expected = "an absolute URL on " + origin;
  const auto parsed = base::parse_url(*url);
  if (!parsed) {
    return Finding::broken(expected, *url, "it is no absolute URL: " + parsed.error().message);
  }
  if (is_same_server(*parsed, probe.target().url)) return Finding::met(*url);
  return Finding::broken(expected, *url,
                         "the metadata of a resource is found on the origin of the resource; a "
                         "client has no reason to trust another one");
}

Finding content_type(Probe& probe) {
  const auto locations = suites::look_for_metadata(probe);
  const Location* location = suites::first_found(locations);
  if (location == nullptr) return Finding::skipped("no metadata was found: see prm-available");
  const std::string* field = location->exchange.response->header("Content-Type");
  const std::string type = field == nullptr ? "no Content-Type" : *field;
  const std::string media = base::to_lower(base::trim(type.substr(0, type.find(';'))));
  const auto body = base::parse_json(location->exchange.response->body);
  const char* shape = !body ? "text that is no JSON" : body->is_object() ? "a JSON object" : "JSON";
  const std::string actual = fmt::format("{}: {}, {}", location->url, type, shape);
  const bool good = media == "application/json" && body && body->is_object();
  probe.decisive(location->exchange, !good);
  if (good) return Finding::met(actual);
  return Finding::broken("application/json with an object", actual,
                         "clients that look at the type, or expect members, take it for an error");
}

Finding open_to_all(Probe& probe) {
  const auto locations = suites::look_for_metadata(probe);
  for (const Location& location : locations) {
    const int status = location.exchange.status();
    if (status != 401 && status != 403) continue;
    if (location.kind == Location::Kind::challenge) {
      probe.decisive(location.exchange, true);
      return Finding::broken("200 without credentials at the URL that the challenge names",
                             fmt::format("{}: {}", location.url, status),
                             "a client that is told where the metadata is looks nowhere else, and "
                             "it has no token yet");
    }
    const wire::Exchange with =
        probe.get(base::parse_url(location.url)->target(), probe.good_credential().headers);
    // Servers that refuse unknown paths without credentials hide nothing there.
    if (with.status() != 200) continue;
    probe.decisive(location.exchange, true);
    return Finding::broken(
        "200 without credentials",
        fmt::format("{}: {} without credentials, 200 with", location.url, status),
        "a client needs the metadata in order to get its first token");
  }
  if (suites::first_found(locations) == nullptr) {
    return Finding::skipped("no metadata was found: see prm-available");
  }
  return Finding::met(asked(locations));
}

const check::Suite location_cases{
    "discovery",
    check::modes::metadata(),
    {
        {.id = "prm-available",
         .title = "the protected resource metadata is found where clients look for it",
         .sends = "GET of the metadata where the challenge says, at the path below /.well-known, "
                  "and at its root.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "protected-resource-metadata-discovery-requirements"},
                        {"RFC 9728", "3"}},
         .requirements = {"RS-01", "RS-03", "RS-04", "REF-14"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"metadata.skip", "challenge.dead-metadata"},
         .why = "A client that cannot find the metadata does not know where to get a token.",
         .fix = "Serve the document below /.well-known/oauth-protected-resource, the endpoint's "
                "path appended, and name its URL as resource_metadata in every challenge.",
         .run = available},
        {.id = "prm-url-absolute",
         .title = "resource_metadata is an absolute URL on the server's own origin",
         .sends = "A request without credentials, for its challenge.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9728", "5.1"}, {"RFC 9728", "3.3"}},
         .requirements = {"RS-03", "RS-04"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"challenge.relative-metadata", "challenge.foreign-metadata"},
         .why = "Clients fetch the URL as it stands.",
         .fix = "Build the URL from the server's configured public URL.",
         .run = url_absolute},
        {.id = "prm-content-type",
         .title = "the metadata is a JSON object, served as application/json",
         .sends = "GET of the protected resource metadata, where it is found first.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9728", "3.2"}},
         .requirements = {"RS-01", "REF-12"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"metadata.content-type", "metadata.array"},
         .why = "Clients refuse what does not look like metadata.",
         .fix = "Send one JSON object with Content-Type: application/json.",
         .run = content_type},
        {.id = "prm-open",
         .title = "the metadata is served without credentials",
         .sends = "GET of the protected resource metadata without credentials and, where that is "
                  "refused, with the good token.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9728", "3.1"},
                        {"RFC 9728", "5.1"},
                        {"MCP", "protected-resource-metadata-discovery-requirements"}},
         .requirements = {"RS-01"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"metadata.protected", "metadata.challenged-401"},
         .why = "The document tells how to get the first token, so nobody has one yet.",
         .fix = "Route the well-known path past the check of credentials.",
         .run = open_to_all},
    }};

}  // namespace

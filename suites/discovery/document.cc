// What the protected resource metadata says.
#include <fmt/core.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/url.h"
#include "suites/discovery/metadata.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;
using mcp::Revision;
using nlohmann::json;
using suites::Location;

/// The identifiers that a client which asked there takes for the target's.
std::vector<std::string> identifiers(const Probe& probe, const Location& location) {
  const base::Url& target = probe.target().url;
  std::vector<std::string> good = {target.origin() + target.target()};
  // An empty path and "/" are the same request, so the client's spelling cannot be known.
  const bool at_root = target.path == "/" && !target.has_query;
  // The document at the root may be that of the whole origin.
  if (at_root || location.kind == Location::Kind::root) {
    good.push_back(target.origin());
    good.push_back(target.origin() + "/");
  }
  return good;
}

Finding resource(Probe& probe, const json& metadata, const Location& location) {
  const auto good = identifiers(probe, location);
  const std::string expected = fmt::format("\"resource\": \"{}\"", good.front());
  const auto found = metadata.find("resource");
  if (found == metadata.end() || !found->is_string()) {
    return Finding::broken(expected, found == metadata.end() ? "no resource" : base::dump(*found),
                           "the one member that every document has to have");
  }
  const auto value = found->get<std::string>();
  const std::string actual = fmt::format("\"resource\": \"{}\" at {}", value, location.url);
  if (std::find(good.begin(), good.end(), value) != good.end()) return Finding::met(actual);
  if (value.find('#') != std::string::npos) {
    return Finding::broken(expected, actual, "a resource identifier has no fragment");
  }
  if (value + "/" == good.front() || value == good.front() + "/") {
    return Finding::broken(
        expected, actual,
        "it differs from the URL in use by the slash at its end alone; the comparison is exact, "
        "character by character, so a client must not use this metadata");
  }
  return Finding::broken(expected, actual,
                         "a client that uses the URL on the left must not use metadata of another "
                         "resource");
}

/// What is wrong with one entry; empty if nothing is.
std::string issuer_problem(const json& entry) {
  if (!entry.is_string()) return "is no string";
  const auto url = base::parse_url(entry.get<std::string>());
  if (!url) return "is no URL: " + url.error().message;
  if (url->has_query || url->has_fragment) return "has a query or a fragment";
  if (url->path.find("/.well-known/") != std::string::npos) {
    return "is the URL of a metadata document, not an issuer";
  }
  if (!suites::is_secure(entry.get<std::string>())) return "is neither https nor on this machine";
  return {};
}

/// The issuer that the target was told, with a slash too many or too few.
Finding misnamed(const std::string& named, const std::string& issuer) {
  Finding finding = Finding::broken(
      fmt::format("\"{}\"", issuer), fmt::format("\"{}\"", named),
      "the issuer differs by the slash at its end alone; clients compare it exactly with `issuer` "
      "of the authorization server's metadata, and must not use metadata where the two differ");
  finding.cause = suites::kIssuerSlash;
  return finding;
}

Finding authorization_servers(Probe& probe, const json& metadata, const Location&) {
  const std::string expected = "one or more issuer URLs, https or loopback";
  const auto found = metadata.find("authorization_servers");
  if (found == metadata.end()) {
    return Finding::broken(expected, "no authorization_servers",
                           "a client does not learn who issues tokens for this server");
  }
  if (!found->is_array() || found->empty()) {
    return Finding::broken(expected, base::dump(*found),
                           "a client does not learn who issues tokens for this server");
  }
  for (const json& entry : *found) {
    const std::string problem = issuer_problem(entry);
    const std::string own = probe.context().issuer().url();
    if (problem.empty() && suites::differ_by_slash(entry.get<std::string>(), own)) {
      return misnamed(entry.get<std::string>(), own);
    }
    if (problem.empty()) continue;
    return Finding::broken(expected, fmt::format("{} {}", base::dump(entry), problem),
                           "clients fetch the issuer's metadata from this URL and compare it with "
                           "the issuer named there");
  }
  return Finding::met(base::dump(*found));
}

Finding bearer_methods(Probe&, const json& metadata, const Location&) {
  const auto found = metadata.find("bearer_methods_supported");
  if (found == metadata.end()) return Finding::met("not declared");
  if (*found == json::array({"header"})) return Finding::met(base::dump(*found));
  return Finding::broken("[\"header\"], or nothing", base::dump(*found),
                         "MCP clients send tokens in the Authorization field only");
}

Finding no_offline_access(Probe&, const json& metadata, const Location&) {
  const auto found = metadata.find("scopes_supported");
  if (found == metadata.end() || !found->is_array()) return Finding::met("no scopes_supported");
  if (std::find(found->begin(), found->end(), "offline_access") == found->end()) {
    return Finding::met(base::dump(*found));
  }
  return Finding::broken("scopes_supported without offline_access", base::dump(*found),
                         "refresh tokens are between the client and its authorization server");
}

const check::Suite document_cases{
    "discovery",
    check::modes::metadata(),
    {
        {.id = "prm-resource",
         .title = "the metadata's resource is the URL that it was asked for",
         .sends = "GET of the protected resource metadata, where it is found first.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9728", "3.3"}, {"RFC 8707", "2"}},
         .requirements = {"REF-12", "REF-13", "ALL-10"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"metadata.no-resource", "metadata.wrong-resource", "metadata.resource-slash",
                    "metadata.resource-fragment"},
         .why = "Clients refuse metadata of another resource, and ask for tokens for whatever is "
                "named here.",
         .fix = "Set resource to the public URL of the MCP endpoint, exactly as clients use it.",
         .run = suites::about_metadata(resource)},
        {.id = "prm-authorization-servers",
         .title = "the metadata names at least one authorization server by its issuer URL",
         .sends = "GET of the protected resource metadata, where it is found first.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "authorization-server-location"},
                        {"RFC 9728", "2"},
                        {"RFC 8414", "3.3"}},
         .requirements = {"RS-02", "AS-16"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"metadata.no-authorization-servers", "metadata.empty-authorization-servers",
                    "metadata.http-issuer", "metadata.discovery-url", "metadata.issuer-slash"},
         .why = "This is the one thing that a client wants to learn from the document.",
         .fix = "List the issuer identifiers of the authorization servers whose tokens are taken.",
         .run = suites::about_metadata(authorization_servers)},
        {.id = "prm-bearer-methods",
         .title = "the metadata declares no way to send tokens but the header",
         .sends = "GET of the protected resource metadata, where it is found first.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9728", "2"}, {"MCP", "token-requirements"}},
         .requirements = {"REF-11"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"metadata.bearer-methods"},
         .why = "It invites clients to put tokens into URLs and bodies.",
         .fix = "Set bearer_methods_supported to [\"header\"].",
         .run = suites::about_metadata(bearer_methods)},
        {.id = "prm-no-offline-access",
         .title = "the metadata does not list the scope offline_access",
         .sends = "GET of the protected resource metadata, where it is found first.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "refresh-tokens"}},
         .requirements = {"RS-32"},
         .needs = {.since = Revision::r2026_07_28},
         .faults = {"metadata.offline-access"},
         .why = "Clients ask users for a permission that this server never needs.",
         .fix = "Take offline_access out of scopes_supported.",
         .run = suites::about_metadata(no_offline_access)},
    }};

}  // namespace

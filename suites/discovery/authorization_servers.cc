// The authorization servers that the metadata names, other than our own provider.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/socket.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "harness/check/family.h"
#include "suites/discovery/metadata.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;
using mcp::Revision;
using nlohmann::json;

/// The URLs of an issuer's metadata in the order in which clients have to try them.
std::vector<std::string> metadata_urls(const base::Url& issuer) {
  const std::string oauth = issuer.origin() + "/.well-known/oauth-authorization-server";
  const std::string oidc = issuer.origin() + "/.well-known/openid-configuration";
  const std::string path = issuer.path == "/" ? "" : issuer.path;
  if (path.empty()) return {oauth, oidc};
  const std::string bare = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
  return {oauth + path, oidc + path, issuer.origin() + bare + "/.well-known/openid-configuration"};
}

/// An authorization server's metadata, or why there is none.
struct Discovered {
  std::string issuer;
  json metadata;  ///< null if none was found
  std::vector<std::string> tried;
  bool reached = false;  ///< somebody answered, whatever it was
};

Discovered discover(Probe& probe, const std::string& issuer) {
  Discovered result{.issuer = issuer};
  const auto url = base::parse_url(issuer);
  if (!url) return result;
  for (const std::string& candidate : metadata_urls(*url)) {
    const wire::Exchange exchange = probe.get_url(candidate);
    result.reached = result.reached || exchange.response;
    result.tried.push_back(
        fmt::format("{}: {}", candidate,
                    exchange.response ? std::to_string(exchange.status()) : exchange.failure_text));
    if (exchange.status() != 200) continue;
    auto metadata = base::parse_json(exchange.response->body);
    if (!metadata || !metadata->is_object()) continue;
    probe.decisive(exchange);
    result.metadata = std::move(*metadata);
    break;
  }
  return result;
}

/// The listed issuers that the caller wants to see.
using Wanted = bool (*)(Probe&, const std::string& issuer);

/// What our own provider declares in its metadata is no matter of the target's.
bool is_foreign(Probe& probe, const std::string& issuer) {
  const auto url = base::parse_url(issuer);
  return url && url->origin() != probe.context().provider().origin();
}

/// How the target names our own issuer is.
bool is_misnamed(Probe& probe, const std::string& issuer) {
  return suites::differ_by_slash(issuer, probe.context().issuer().url());
}

bool is_foreign_or_misnamed(Probe& probe, const std::string& issuer) {
  return is_foreign(probe, issuer) || is_misnamed(probe, issuer);
}

using Judge = std::function<Finding(const Discovered&)>;

/// The worst finding over all authorization servers that are wanted.
check::Body each_server(Judge judge, Wanted wanted = is_foreign) {
  return suites::about_metadata([judge = std::move(judge), wanted](
                                    Probe& probe, const json& metadata, const suites::Location&) {
    std::vector<Finding> findings;
    for (const std::string& issuer : base::texts(metadata.value("authorization_servers", json()))) {
      if (!wanted(probe, issuer)) continue;
      findings.push_back(check::labelled(issuer, judge(discover(probe, issuer))));
    }
    if (findings.empty()) {
      return Finding::skipped("every authorization server it names is our own provider");
    }
    return check::worst(std::move(findings));
  });
}

/// A case about members of the metadata: skipped where there is none.
check::Body each_metadata(Judge judge) {
  return each_server([judge = std::move(judge)](const Discovered& server) {
    if (!server.metadata.is_null()) return judge(server);
    return Finding::skipped("it has no metadata: see as-metadata");
  });
}

bool may_be_dialled(const std::string& url) {
  const auto parsed = base::parse_url(url);
  return !base::dials_loopback_only() || (parsed && parsed->is_loopback());
}

Finding has_metadata(const Discovered& server) {
  const std::string expected = fmt::format("metadata whose issuer is \"{}\"", server.issuer);
  if (server.metadata.is_null()) {
    const std::string tried = base::join(server.tried, "; ");
    if (!server.reached && !may_be_dialled(server.issuer)) {
      return Finding::skipped("it is not on this machine; --allow-remote fetches its metadata");
    }
    if (!server.reached) return Finding::undecided("it could not be reached: " + tried);
    return Finding::broken(expected, tried, "a client cannot find its endpoints");
  }
  const json issuer = server.metadata.value("issuer", json());
  if (issuer == json(server.issuer)) return Finding::met("found");
  const bool slash = issuer.is_string() &&
                     suites::differ_by_slash(issuer.get_ref<const std::string&>(), server.issuer);
  Finding finding = Finding::broken(
      expected, "issuer is " + base::dump(issuer),
      slash ? "it differs by the slash at its end alone; the comparison is exact, character by "
              "character, so a client must not use this metadata"
            : "a client must not use metadata of another issuer; the comparison is exact, "
              "character by character");
  if (slash) finding.cause = suites::kIssuerSlash;
  return finding;
}

Finding has_pkce(const Discovered& server) {
  const json methods = server.metadata.value("code_challenge_methods_supported", json());
  const bool s256 =
      methods.is_array() && std::find(methods.begin(), methods.end(), "S256") != methods.end();
  if (s256) return Finding::met(base::dump(methods));
  return Finding::broken("code_challenge_methods_supported with \"S256\"", base::dump(methods),
                         "MCP clients have to refuse to go on");
}

Finding secure_endpoints(const Discovered& server) {
  static constexpr std::array kEndpoints = {"authorization_endpoint",
                                            "token_endpoint",
                                            "registration_endpoint",
                                            "jwks_uri",
                                            "userinfo_endpoint",
                                            "introspection_endpoint",
                                            "revocation_endpoint",
                                            "pushed_authorization_request_endpoint",
                                            "device_authorization_endpoint"};
  for (const char* name : kEndpoints) {
    const json value = server.metadata.value(name, json());
    if (!value.is_string() || suites::is_secure(value.get<std::string>())) continue;
    return Finding::broken("endpoints with https, or on this machine",
                           fmt::format("{} is {}", name, base::dump(value)),
                           "codes and tokens travel in the clear");
  }
  return Finding::met("all secure");
}

Judge is_true(const char* member, const char* reason) {
  return [member, reason](const Discovered& server) {
    const json value = server.metadata.value(member, json());
    if (value == json(true)) return Finding::met("true");
    return Finding::broken(fmt::format("\"{}\": true", member), base::dump(value), reason);
  };
}

const check::Suite authorization_servers_cases{
    "discovery",
    check::modes::metadata(),
    {
        {.id = "as-metadata",
         .title = "every authorization server has metadata with exactly its issuer",
         .sends = "GET of the metadata of every authorization server that is named, at each URL "
                  "that clients try, without credentials.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "authorization-server-metadata-discovery"}, {"RFC 8414", "3.3"}},
         .requirements = {"AS-04", "AS-05"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"metadata.as-missing", "metadata.as-issuer", "metadata.issuer-slash"},
         .why = "Clients stop where the metadata is missing or claims to be somebody else's.",
         .fix = "List the issuer exactly as the authorization server writes it, slash included.",
         .run = each_server(has_metadata, is_foreign_or_misnamed)},
        {.id = "as-pkce",
         .title = "every authorization server declares PKCE with S256",
         .sends = "GET of the metadata of every authorization server that is named.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"MCP", "authorization-code-protection"}, {"RFC 8414", "2"}},
         .requirements = {"AS-11"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"metadata.as-no-pkce"},
         .why = "Clients must not log in at an authorization server that does not declare PKCE.",
         .fix = "Add code_challenge_methods_supported: [\"S256\"] to its metadata.",
         .run = each_metadata(has_pkce)},
        {.id = "as-endpoints-secure",
         .title = "the endpoints of every authorization server use https",
         .sends = "GET of the metadata of every authorization server that is named.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"MCP", "communication-security"}},
         .requirements = {"AS-16", "ALL-07"},
         .needs = {.since = Revision::r2025_06_18},
         .faults = {"metadata.as-http-endpoints"},
         .why = "Codes, tokens and secrets could be read on the way.",
         .fix = "Serve the endpoints over https and declare them so.",
         .run = each_metadata(secure_endpoints)},
        {.id = "as-iss-parameter",
         .title = "every authorization server declares the iss parameter in its responses",
         .sends = "GET of the metadata of every authorization server that is named.",
         .level = Level::should,
         .attacker = check::Attacker::other_issuer,
         .references = {{"RFC 9207", "3"}, {"MCP", "authorization-response-validation"}},
         .requirements = {"AS-09", "AS-10"},
         .needs = {.since = Revision::r2026_07_28},
         .faults = {"metadata.as-no-iss"},
         .why = "Without it a client cannot tell whose authorization response it got (mix-up).",
         .fix = "Send iss and declare authorization_response_iss_parameter_supported: true.",
         .run = each_metadata(is_true("authorization_response_iss_parameter_supported",
                                      "clients cannot detect mix-up attacks"))},
        {.id = "as-cimd",
         .title = "every authorization server supports client ID metadata documents",
         .sends = "GET of the metadata of every authorization server that is named.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "client-id-metadata-documents"}},
         .requirements = {"AS-02"},
         .needs = {.since = Revision::r2025_11_25},
         .faults = {"metadata.as-no-cimd"},
         .why = "Clients that nobody registered have no other way that is not deprecated.",
         .fix = "Support them and declare client_id_metadata_document_supported: true.",
         .run = each_metadata(is_true("client_id_metadata_document_supported",
                                      "clients have to be registered one by one"))},
    }};

}  // namespace

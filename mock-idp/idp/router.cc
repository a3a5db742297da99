#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/cors.h"
#include "mock-idp/idp/misbehave.h"
#include "mock-idp/idp/page_assets.h"
#include "mock-idp/idp/persona_spec.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

constexpr std::size_t kJournaledBody = 64UL << 10;

struct Route {
  std::string_view path;
  std::string_view name;  ///< in the journal
  Endpoint endpoint;
};

constexpr Route kOfProvider[] = {
    {"/", "front-page", front_page},
    {"/healthz", "healthz", healthz},
};

/// Below `/i/<name>`.
constexpr Route kOfIssuer[] = {
    {"/.well-known/openid-configuration", "discovery", openid_configuration},
    {"/.well-known/oauth-authorization-server", "oauth-metadata", authorization_server_metadata},
    {"/jwks", "jwks", jwks},
    {"/authorize", "authorize", authorize},
    {"/par", "par", push_request},
    {"/token", "token", token},
    {"/device_authorization", "device-authorization", device_authorization},
    {"/device", "device", device_page},
    {"/upstream", "upstream", upstream},
    {"/introspect", "introspection", introspect},
    {"/revoke", "revocation", revoke},
    {"/userinfo", "userinfo", userinfo},
    {"/user", "userinfo", github_user},
    {"/tokeninfo", "tokeninfo", tokeninfo},
    {"/register", "register", register_client},
    {"/end_session", "end-session", end_session},
};

/// Before `/i/<name>` (RFC 8414, section 3.1).
constexpr Route kInserted[] = {
    {"/.well-known/openid-configuration/i/", "discovery", openid_configuration},
    {"/.well-known/oauth-authorization-server/i/", "oauth-metadata", authorization_server_metadata},
};

constexpr std::string_view kIssuerPrefix = "/i/";
constexpr std::string_view kBaitPrefix = "/bait/";
constexpr std::string_view kSteering = "/_ctl/";
constexpr std::string_view kPagePrefix = "/_page/";

/// Where a request leads: without an endpoint, nowhere.
struct Found {
  std::string_view name = "unknown";
  Endpoint endpoint = nullptr;
  Issuer* issuer = nullptr;
  std::string problem;  ///< why the issuer of the path is none
};

/// The issuer of that name; where there can be none, `found` says why.
const Issuer* look_up(Provider& provider, std::string_view name, Found& found) {
  auto issuer = provider.find_issuer(name);
  if (issuer) return found.issuer = *issuer;
  found.problem = std::move(issuer.error().message);
  return nullptr;
}

/// The generic path that a persona's issuer has at `below`. Endpoints answer at their generic path
/// as well, documents only where they belong.
std::string_view in_generic_words(Persona persona, std::string_view below) {
  if (persona == Persona::generic) return below;
  const std::string_view generic = generic_path(spec_of(persona), below);
  const bool misplaced = generic.empty() && below.find("/.well-known/") == 0;
  return misplaced || !generic.empty() ? generic : below;
}

Found find_of_issuer(Provider& provider, std::string_view path) {
  Found found;
  path.remove_prefix(kIssuerPrefix.size());
  const std::size_t slash = path.find('/');
  const Issuer* const issuer = look_up(provider, path.substr(0, slash), found);
  if (issuer == nullptr || slash == std::string_view::npos) return found;
  std::string_view below = path.substr(slash);
  // Clients that append the path of a JWKS URI to an issuer ask for `/i/a/i/b/jwks`.
  if (below.substr(0, kIssuerPrefix.size()) == kIssuerPrefix) {
    const std::size_t inner = below.find('/', kIssuerPrefix.size());
    below = inner == std::string_view::npos ? std::string_view() : below.substr(inner);
    if (below != "/jwks") return found;
  }
  below = in_generic_words(issuer->persona(), below);
  for (const Route& route : kOfIssuer) {
    if (below != route.path) continue;
    found.name = route.name;
    found.endpoint = route.endpoint;
  }
  return found;
}

/// `name` and what follows it: that of a generic issuer is nothing.
Found find_inserted(Provider& provider, const Route& route, std::string_view name) {
  Found found;
  const std::size_t slash = std::min(name.find('/'), name.size());
  const Issuer* const issuer = look_up(provider, name.substr(0, slash), found);
  if (issuer == nullptr) return found;
  if (issuer_at(spec_of(issuer->persona()), name.substr(slash)) == nullptr) return found;
  found.name = route.name;
  found.endpoint = route.endpoint;
  return found;
}

Found find(Provider& provider, std::string_view path) {
  if (path.substr(0, kIssuerPrefix.size()) == kIssuerPrefix) return find_of_issuer(provider, path);
  if (path.substr(0, kBaitPrefix.size()) == kBaitPrefix) return {"bait", bait, nullptr, {}};
  for (const Route& route : kOfProvider) {
    if (path == route.path) return {route.name, route.endpoint, nullptr, {}};
  }
  for (const Route& route : kInserted) {
    if (path.substr(0, route.path.size()) != route.path) continue;
    return find_inserted(provider, route, path.substr(route.path.size()));
  }
  return {};
}

http::Response not_found(const std::string& problem) {
  if (problem.empty()) return http::Response::json(404, R"({"error":"not_found"})");
  return http::Response::json(404, fmt::format(R"({{"error":"not_found","error_description":{}}})",
                                               base::json_string(problem)));
}

/// As it is without a fault.
http::Response true_answer(const Found& found, const Call& call) {
  auto preflight = answer_preflight(call.request, found.name);
  http::Response response = preflight ? std::move(*preflight) : found.endpoint(call);
  share_with_scripts(call.request, found.name, response);
  return response;
}

/// What was planted comes before what the issuer's name says.
Misbehaviour fault_of(Provider& provider, const http::Request& request, const Found& found) {
  // A browser's question before the request uses no fault up.
  if (request.method == "OPTIONS") return {};
  if (found.issuer == nullptr || found.endpoint == nullptr) return {};
  if (auto planted = provider.faults.take(found.issuer->name(), found.name)) return *planted;
  for (const StandingFault& fault : found.issuer->behaviour().faults) {
    if (fault.endpoint == found.name) return fault.does;
  }
  return {};
}

http::Response answer(Provider& provider, const http::Request& request, const Found& found,
                      const Misbehaviour& fault) {
  if (found.endpoint == nullptr) return not_found(found.problem);
  http::Response response;
  const bool truly = !fault || fault.tells_truth();
  if (truly) response = true_answer(found, Call{request, provider, found.issuer});
  if (!fault) return response;
  return misbehave(fault, std::move(response), request.method == "HEAD",
                   base::http_time(provider.clock.now()));
}

std::int64_t monotonic_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace

http::Response serve(Provider& provider, const http::Request& request) {
  // What the provider is told is no business of the journal's.
  if (request.path.rfind(kSteering, 0) == 0) return control({request, provider});
  if (request.path.rfind(kPagePrefix, 0) == 0) return page_asset({request, provider});
  Entry entry;
  entry.monotonic_us = monotonic_us();
  entry.time = provider.clock.now();
  const Found found = find(provider, request.path);
  const Misbehaviour fault = fault_of(provider, request, found);
  http::Response response = answer(provider, request, found, fault);
  entry.fault = fault.name;
  entry.connection = request.connection;
  if (found.issuer != nullptr) entry.issuer = found.issuer->name();
  entry.endpoint = std::string(found.name);
  entry.method = request.method;
  entry.target = request.target;
  entry.headers = request.headers;
  entry.body = request.body.substr(0, kJournaledBody);
  entry.status = response.status;
  // Before the answer goes out, so that whoever got it finds the entry.
  provider.journal.add(std::move(entry));
  return response;
}

std::vector<std::string> endpoint_names() {
  std::vector<std::string> names;
  for (const Route& route : kOfIssuer) {
    if (!base::contains(names, route.name)) names.emplace_back(route.name);
  }
  return names;
}

bool serves(std::string_view path) {
  return std::any_of(std::begin(kOfIssuer), std::end(kOfIssuer),
                     [&](const Route& route) { return route.path == path; });
}

bool allows(const http::Request& request, std::string_view allowed) {
  for (const std::string& method : base::split(allowed, ',')) {
    if (base::trim(method) == request.method) return true;
  }
  return false;
}

http::Response method_not_allowed(std::string_view allowed) {
  http::Response response = http::Response::json(405, R"({"error":"method_not_allowed"})");
  response.headers.push_back({"Allow", std::string(allowed)});
  return response;
}

}  // namespace idp

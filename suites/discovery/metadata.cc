#include "suites/discovery/metadata.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/url.h"
#include "harness/check/family.h"

namespace suites {
namespace {

constexpr const char* kWellKnown = "/.well-known/oauth-protected-resource";

bool on_origin(const std::string& url, const std::string& origin) {
  const auto parsed = base::parse_url(url);
  return parsed && parsed->origin() == origin;
}

}  // namespace

std::optional<std::string> challenged_url(check::Probe& probe) {
  const mcp::Answer answer = probe.send(check::without_credentials());
  for (const mcp::Challenge& challenge : answer.challenges) {
    if (const std::string* url = challenge.parameter("resource_metadata")) return *url;
  }
  return std::nullopt;
}

std::vector<Location> look_for_metadata(check::Probe& probe) {
  const base::Url& target = probe.target().url;
  std::vector<Location> places;
  const auto told = challenged_url(probe);
  if (told && on_origin(*told, target.origin())) {
    places.push_back({Location::Kind::challenge, *told, {}});
  }
  const std::string root = target.origin() + kWellKnown;
  if (target.path != "/") places.push_back({Location::Kind::path, root + target.path, {}});
  places.push_back({Location::Kind::root, root, {}});
  for (Location& place : places) place.exchange = probe.get_url(place.url);
  return places;
}

const Location* first_found(const std::vector<Location>& locations) {
  for (const Location& location : locations) {
    if (location.found()) return &location;
  }
  return nullptr;
}

check::Body about_metadata(OfMetadata judge) {
  return [judge = std::move(judge)](check::Probe& probe) {
    const auto locations = look_for_metadata(probe);
    const Location* location = first_found(locations);
    if (location == nullptr) {
      return check::Finding::skipped("no metadata was found: see prm-available");
    }
    const auto metadata = base::parse_json(location->exchange.response->body);
    if (!metadata || !metadata->is_object()) {
      return check::Finding::skipped("the metadata is no JSON object: see prm-content-type");
    }
    check::Finding finding = judge(probe, *metadata, *location);
    probe.decisive(location->exchange, !finding.ok());
    return finding;
  };
}

bool differ_by_slash(std::string_view one, std::string_view other) {
  const auto bare = [](std::string_view url) {
    return url.substr(0, url.find_last_not_of('/') + 1);
  };
  return one != other && bare(one) == bare(other);
}

bool is_secure(const std::string& url) {
  const auto parsed = base::parse_url(url);
  return parsed && (parsed->scheme == "https" || parsed->is_loopback());
}

}  // namespace suites

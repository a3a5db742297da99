#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/check/probe.h"

namespace suites {

/// One place where protected resource metadata may be (RFC 9728, section 3.1), and what it gave.
struct Location {
  enum class Kind { challenge, path, root };
  Kind kind = Kind::path;
  std::string url;
  wire::Exchange exchange;  ///< of a GET without credentials
  bool found() const { return exchange.status() == 200; }
};

/// The `resource_metadata` of the challenge to a request without credentials.
std::optional<std::string> challenged_url(check::Probe& probe);

/// Asks at every place, in the order in which a client does: as the challenge says, where it is on
/// the target's own origin; inserted between host and path; at the root.
std::vector<Location> look_for_metadata(check::Probe& probe);

/// The first place that gives anything; null if none does.
const Location* first_found(const std::vector<Location>& locations);

/// A case about the metadata's members: skipped where there is no JSON object to look at.
using OfMetadata =
    std::function<check::Finding(check::Probe&, const nlohmann::json&, const Location&)>;
check::Body about_metadata(OfMetadata judge);

/// Whether the two differ by slashes at their ends alone.
bool differ_by_slash(std::string_view one, std::string_view other);

/// What findings about such an issuer have in common.
inline constexpr const char* kIssuerSlash = "the issuer is named with a slash too many or too few";

/// Whether the URL is https, or http on this machine.
bool is_secure(const std::string& url);

}  // namespace suites

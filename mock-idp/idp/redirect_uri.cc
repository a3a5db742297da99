#include "mock-idp/idp/redirect_uri.h"

#include <algorithm>
#include <string>

#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/token_request.h"

namespace idp {
namespace {

/// What browsers run, or open without asking anybody.
constexpr std::string_view kDangerous[] = {"javascript", "data",        "vbscript", "file", "blob",
                                           "about",      "view-source", "ws",       "wss",  "ftp"};

base::Result<void> check_http(const base::Url& url) {
  if (url.has_userinfo) return base::fail("it names a user");
  if (url.scheme == "http" && !url.is_loopback()) {
    return base::fail("http is for this machine only");
  }
  return {};
}

}  // namespace

base::Result<void> check_redirect_uri(std::string_view text) {
  // The same characters as in a resource: absolute, and no fragment.
  if (!is_resource(text)) return base::fail("it is no absolute URI without a fragment");
  const std::string scheme = base::to_lower(text.substr(0, text.find(':')));
  if (scheme == "http" || scheme == "https") {
    const auto url = base::parse_url(text);
    if (!url) return tl::unexpected(url.error());
    return check_http(*url);
  }
  if (std::find(std::begin(kDangerous), std::end(kDangerous), scheme) != std::end(kDangerous)) {
    return base::fail(scheme + ": is no scheme of an app");
  }
  return {};
}

bool is_same_redirect(std::string_view registered, std::string_view asked) {
  if (registered == asked) return true;
  const auto one = base::parse_url(registered);
  const auto other = base::parse_url(asked);
  if (!one || !other || one->scheme != "http" || other->scheme != "http") return false;
  // Compared as they are written, without the port: nothing is normalised.
  const auto without_port = [](std::string_view text, const base::Url& url) {
    const std::size_t host_end = text.find_first_of("/?#", sizeof "http://" - 1);
    const std::string head(text.substr(0, host_end));
    const std::string rest(host_end == std::string_view::npos ? "" : text.substr(host_end));
    const std::string port = ":" + std::to_string(url.port);
    const bool written = head.size() > port.size() &&
                         head.compare(head.size() - port.size(), port.size(), port) == 0;
    return (written ? head.substr(0, head.size() - port.size()) : head) + rest;
  };
  return one->is_loopback() && other->is_loopback() && !other->has_userinfo &&
         without_port(registered, *one) == without_port(asked, *other);
}

bool is_loopback_redirect(std::string_view text) {
  const auto url = base::parse_url(text);
  return url && url->is_loopback() && !url->has_userinfo && !url->has_fragment;
}

}  // namespace idp

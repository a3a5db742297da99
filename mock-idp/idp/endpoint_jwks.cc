#include <algorithm>
#include <string>
#include <string_view>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

/// What no issuer may do; RSA keys, whose private half is more than a number, are left out.
std::string with_private_numbers(Issuer& issuer) {
  std::string list;
  for (const jose::Key& key : issuer.keys().published()) {
    const std::string jwk = key.private_jwk();
    if (!jwk.empty()) list += (list.empty() ? "" : ",") + jwk;
  }
  return "{\"keys\":[" + list + "]}";
}

/// Whether the client has what that tag stands for (RFC 9110, section 13.1.2).
bool knows(const http::Request& request, const std::string& tag) {
  const std::string* known = request.header("If-None-Match");
  if (known == nullptr) return false;
  const auto tags = base::split(*known, ',');
  return std::ranges::any_of(tags, [&](const std::string& one) {
    std::string_view text = base::trim(one);
    if (text.starts_with("W/")) text.remove_prefix(2);
    return text == "*" || text == tag;
  });
}

}  // namespace

/// RFC 7517, section 5.
http::Response jwks(const Call& call) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  http::Response response;
  response.headers = {{"Content-Type", "application/jwk-set+json"},
                      {"Access-Control-Allow-Origin", "*"}};
  response.body = call.weak(Weakness::keys_private) ? with_private_numbers(*call.issuer)
                                                    : *call.issuer->keys().document();
  const auto habit = call.provider.key_caching.of(call.issuer->name());
  if (!habit.cache_control.empty()) {
    response.headers.push_back({"Cache-Control", habit.cache_control});
  }
  if (!habit.tagged) return response;
  const std::string tag = "\"" + base::base64url_encode(jose::sha256(response.body)) + "\"";
  response.headers.push_back({"ETag", tag});
  if (knows(call.request, tag)) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace idp

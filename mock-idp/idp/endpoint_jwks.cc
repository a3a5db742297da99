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

}  // namespace

/// RFC 7517, section 5.
http::Response jwks(const Call& call) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  http::Response response;
  response.headers = {{"Content-Type", "application/jwk-set+json"},
                      // Short, so that a client that heeds it sees a rotation soon.
                      {"Cache-Control", "max-age=5"},
                      {"Access-Control-Allow-Origin", "*"}};
  response.body = call.weak(Weakness::keys_private) ? with_private_numbers(*call.issuer)
                                                    : *call.issuer->keys().document();
  return response;
}

}  // namespace idp

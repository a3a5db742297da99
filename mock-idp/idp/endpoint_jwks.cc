#include "mock-idp/idp/provider.h"

namespace idp {

/// RFC 7517, section 5.
http::Response jwks(const Call& call) {
  if (!allows(call.request, "GET, HEAD")) return method_not_allowed("GET, HEAD");
  http::Response response;
  response.headers = {{"Content-Type", "application/jwk-set+json"},
                      // Short, so that a client that heeds it sees a rotation soon.
                      {"Cache-Control", "max-age=5"},
                      {"Access-Control-Allow-Origin", "*"}};
  response.body = *call.issuer->keys().document();
  return response;
}

}  // namespace idp

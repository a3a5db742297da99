#include "mock-idp/idp/provider.h"

namespace idp {

/// The API behind a server under test. It answers whatever credential it is shown: what it was
/// shown is in the journal.
http::Response upstream(const Call& call) {
  const int status = call.provider.upstream_status;
  if (status == 200) return http::Response::json(200, R"({"upstream":"mcp-authspec","ok":true})");
  http::Response response = http::Response::json(status, R"({"error":"refused by the upstream"})");
  if (status == 401) {
    response.headers.push_back(
        {"WWW-Authenticate", "Bearer realm=\"the upstream\", error=\"invalid_token\""});
  }
  return response;
}

}  // namespace idp

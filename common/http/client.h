#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/base/headers.h"
#include "common/base/result.h"
#include "common/tls/stream.h"

namespace http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  base::Headers headers;
  std::string body;
  tls::Options tls;  ///< for https
};

struct ClientResponse {
  int status = 0;
  base::Headers headers;
  std::string body;
};

/// One request on a connection of its own, for what our own programs need to fetch (keys,
/// metadata, tokens). Redirects are not followed. The body is bounded by `max_body_bytes`, the
/// whole exchange by `deadline`. The error says what went wrong in one line.
base::Result<ClientResponse> fetch(const ClientRequest& request, base::Deadline deadline,
                                   std::size_t max_body_bytes = 1UL << 20);

}  // namespace http

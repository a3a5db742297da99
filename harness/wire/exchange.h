#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/headers.h"
#include "common/tls/stream.h"

namespace wire {

/// What is to be sent. Nothing is added or corrected but what the comments say.
struct Request {
  std::string method = "GET";
  std::string target = "/";
  /// Host, User-Agent, Accept-Encoding and Content-Length are added where absent.
  base::Headers headers;
  std::string body;
  std::optional<std::string> raw;  ///< when set, exactly these bytes are sent instead
  std::string bytes(std::string_view authority) const;
};

struct Response {
  int status = 0;
  std::string reason;
  base::Headers headers;
  std::string body;                 ///< after chunked decoding, and that of gzip and deflate
  std::string coding_problem = {};  ///< how the body is still encoded; empty: it is not
  bool complete = false;  ///< false: cut off by us (limit, deadline, enough seen) or by the server
  const std::string* header(std::string_view name) const {
    return base::find_header(headers, name);
  }
};

/// Why an exchange has no usable response.
enum class Failure { none, unreachable, refused, timeout, reset, closed, not_http, too_large, tls };
std::string_view to_string(Failure failure);

/// One request and what came back, with the raw bytes and the times, in microseconds since the
/// start of the run.
struct Exchange {
  std::string url;
  Request request;
  std::optional<Response> response;
  Failure failure = Failure::none;
  std::string failure_text;  ///< one line for a person; empty without a failure
  std::string raw_request;
  std::string raw_response;  ///< bounded
  std::int64_t sent_us = 0;
  std::int64_t first_byte_us = 0;
  std::int64_t done_us = 0;
  bool reused_connection = false;
  std::optional<tls::Session> tls;  ///< of the connection; nothing where it is not encrypted

  int status() const { return response ? response->status : 0; }
};

}  // namespace wire

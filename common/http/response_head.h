#pragma once

#include <string>
#include <string_view>

#include "common/http/server.h"

namespace http {

/// How a response goes out.
struct Framing {
  bool without_body = false;  ///< the answer to HEAD: the length of a body that is not sent
  bool close = false;         ///< the connection ends with it
  bool http_1_0 = false;      ///< the client has to be told that the connection stays
};

/// Appends the message to `out`. A CR, LF or NUL in a header value becomes a blank, so nothing
/// that a handler echoes can end a field.
void append_response(std::string& out, const Response& response, Framing framing,
                     std::string_view date);

}  // namespace http

#include "mock-idp/idp/misbehaviour.h"

#include <utility>

namespace idp {

Misbehaviour Misbehaviour::answer(int status, std::string body, std::string_view content_type) {
  return {.kind = Kind::answer,
          .status = status,
          .headers = {{"Content-Type", std::string(content_type)}},
          .body = std::move(body)};
}

Misbehaviour Misbehaviour::redirect(int status, std::string_view location) {
  return {.kind = Kind::answer, .status = status, .headers = {{"Location", std::string(location)}}};
}

Misbehaviour Misbehaviour::stall(std::chrono::milliseconds span) {
  return {.kind = Kind::stall, .span = span};
}

Misbehaviour Misbehaviour::reset() { return {.kind = Kind::reset}; }

http::Response Misbehaviour::response() const {
  http::Response response;
  response.status = status;
  response.headers = headers;
  response.body = body;
  if (kind == Kind::stall) {
    response.takeover = [wait = span](http::Stream& stream) { stream.wait(wait); };
  } else if (kind == Kind::reset) {
    response.takeover = [](http::Stream& stream) { stream.reset(); };
  }
  // Nothing that could be called a status is sent.
  if (response.takeover) response.status = 0;
  return response;
}

}  // namespace idp

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "harness/wire/exchange.h"

namespace wire {

/// Makes a response of the bytes that a connection brings. Interim responses (1xx) are skipped, as
/// RFC 9110, section 15.2 wants it, but a switch of protocols, which is final.
class ResponseReader {
 public:
  enum class State {
    head,  ///< the head is not complete yet
    body,  ///< the head is there, the body is not complete yet
    done,
    not_http,   ///< `error` says what is wrong
    too_large,  ///< a limit was passed; the body is cut off at it
  };

  /// `head_only`: the answer to HEAD, which has no body whatever its header says.
  ResponseReader(bool head_only, std::size_t max_head_bytes, std::size_t max_body_bytes);
  ~ResponseReader();

  State put(std::string_view bytes);
  /// The server has closed; ends a body that has no other end. Otherwise the state stays.
  State end();

  State state() const;
  bool head_done() const;
  const Response& response() const;
  Response take();
  const std::string& error() const;
  /// Nothing that came is left over, and neither side wants to close: another request may follow.
  bool can_go_on() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wire

#pragma once

#include <cstddef>
#include <memory>

#include "common/http/server.h"

namespace http {

/// Takes the bytes of a connection and makes requests of them. Strict where a lenient reading
/// would let two readers disagree about where a message ends.
class RequestParser {
 public:
  RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes);
  ~RequestParser();

  /// Starts with the next message, whose parts go into `request`.
  void begin(Request& request);
  /// Returns how many bytes were used. Neither done nor failed: it wants what was not used again,
  /// with more behind it.
  std::size_t put(const char* data, std::size_t size);

  bool head_done() const;
  bool done() const;
  /// The status that a broken message is refused with; 0 while nothing is wrong.
  int error_status() const;

  bool keep_alive() const;
  bool http_1_0() const;
  /// The client waits for `100 Continue` before it sends the body.
  bool expects_continue() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace http

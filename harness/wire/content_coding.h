#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace wire {

/// Decodes a body while it arrives (RFC 9110, section 8.4): gzip and deflate. A body in any other
/// coding, or one that is not what its Content-Encoding says, is kept as it came.
class ContentDecoder {
 public:
  /// `coding` is the value of Content-Encoding; empty or "identity": the bytes are copied.
  ContentDecoder(std::string_view coding, std::size_t max_bytes);
  ~ContentDecoder();
  ContentDecoder(const ContentDecoder&) = delete;
  ContentDecoder& operator=(const ContentDecoder&) = delete;

  /// Appends what these bytes decode to; false where the body would pass the limit, at which it is
  /// then cut.
  bool put(std::string_view bytes, std::string& body);
  /// The body is over.
  void finish();
  /// Why the body is not decoded, or only in part; empty: it is.
  const std::string& problem() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wire

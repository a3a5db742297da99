#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace timing {

/// What of an answer has to be the same for every request of both classes. Where it is not, nobody
/// needs a clock to tell them apart.
struct Shape {
  int status = 0;
  std::size_t body_bytes = 0;
  std::uint64_t fields = 0;  ///< digest of the names of all fields but those of the connection

  bool operator==(const Shape&) const = default;
};
/// `401 with 53 bytes`.
std::string to_text(const Shape& shape);

/// Follows one HTTP/1.1 answer as it comes in, to its end, and keeps nothing of its body (RFC 9112,
/// sections 6 and 7.1). Bounded: 32 KiB of head, 8 MiB of body.
class AnswerReader {
 public:
  enum class State { more, complete, broken };

  /// Forgets the last answer.
  void restart();
  /// The next bytes from the peer. Bytes beyond the end break it: nobody asked for them.
  State take(std::string_view bytes);
  /// The peer has closed; that ends an answer without a length.
  State peer_closed();

  const Shape& shape() const { return shape_; }
  /// Whether the server takes another request on this connection.
  bool keeps_open() const { return keeps_open_; }

 private:
  enum class Phase { head, counted, until_close, chunk_size, chunk, after_chunk, trailer, done };

  State read_head(std::string_view bytes);
  State read_body(std::string_view bytes);
  bool parse_head(std::string_view head);
  void parse_field(std::string_view name, std::string_view value);
  void begin_body();
  bool consume(std::string_view& bytes);
  bool consume_line(std::string_view& bytes);
  bool end_of_line();

  Phase phase_ = Phase::head;
  std::string line_;  ///< the head, then lines between chunks, as far as they have come
  Shape shape_;
  bool keeps_open_ = true;
  bool chunked_ = false;
  bool has_length_ = false;
  std::size_t length_ = 0;
  std::size_t left_ = 0;  ///< of the body or the chunk
};

}  // namespace timing

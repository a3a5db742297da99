#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/socket.h"
#include "harness/timing/answer.h"

namespace timing {

/// One request and its answer, or what became of it.
struct Timed {
  enum class Outcome { answered, closed, failed };
  Outcome outcome = Outcome::failed;  ///< `closed`: before the first byte of an answer
  std::int64_t ns = 0;                ///< until the first bytes of the answer
  Shape shape;
};

/// A connection that measures how long answers take. Blocking, without delays on either side, every
/// wait bounded by the patience it was opened with.
class Link {
 public:
  /// `longest` is how long the longest request is.
  Link(std::string host, std::uint16_t port, std::size_t longest);

  /// Connects anew, whether or not it is connected.
  base::Result<void> connect(std::chrono::milliseconds connect_patience,
                             std::chrono::milliseconds patience);
  /// Sends and waits for the whole answer. After anything but an answer the connection is closed.
  Timed ask(std::string_view request);

  bool is_open() const { return static_cast<bool>(socket_); }
  /// Whether another request can be sent on it.
  bool takes_more() const { return is_open() && reader_keeps_open_; }
  /// How many answers came on this connection.
  std::size_t answers() const { return answers_; }

 private:
  AnswerReader::State drain(std::size_t got, std::int64_t until_ns);

  std::string host_;
  std::uint16_t port_;
  std::vector<char> outgoing_;
  std::vector<char> incoming_;
  base::Descriptor socket_;
  AnswerReader reader_;
  std::int64_t patience_ns_ = 0;
  std::size_t answers_ = 0;
  bool reader_keeps_open_ = true;
};

}  // namespace timing

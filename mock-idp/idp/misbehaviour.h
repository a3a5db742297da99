#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/headers.h"
#include "common/http/server.h"

namespace idp {

/// What an endpoint does instead of telling the truth.
struct Misbehaviour {
  enum class Kind {
    none,  ///< it tells the truth
    // Instead of the truth, which is not even thought of.
    answer,     ///< it sends this status, header and body, whatever it was asked
    stall,      ///< it keeps the client waiting, then closes without a byte
    reset,      ///< it resets the connection without a byte
    huge,       ///< it sends a good beginning and `bytes` blanks
    gzip_bomb,  ///< the same in a hundredth of the bytes
    // The truth, told badly.
    delay,         ///< after `span`
    stall_after,   ///< `bytes` of it, then nothing for `span`
    reset_after,   ///< `bytes` of it, then a reset
    truncate,      ///< `bytes` of it, then an orderly close; the length promised more
    dribble,       ///< `bytes` every `span`
    content_type,  ///< as another content type
    bom,           ///< with a byte order mark
  };
  Kind kind = Kind::none;
  int status = 200;
  base::Headers headers = {};
  std::string body = {};              ///< of an answer; of `content_type` the type
  std::chrono::milliseconds span{0};  ///< how long
  std::size_t bytes = 0;              ///< of the body
  std::string name = {};              ///< for the journal

  static Misbehaviour answer(int status, std::string body,
                             std::string_view content_type = "application/json");
  static Misbehaviour redirect(int status, std::string_view location);
  static Misbehaviour stall(std::chrono::milliseconds span);
  static Misbehaviour reset();

  explicit operator bool() const { return kind != Kind::none; }
  /// Whether there has to be a true answer before it can be told badly.
  bool tells_truth() const { return kind >= Kind::delay; }
  /// Of `answer`, `stall` and `reset`: what is sent.
  http::Response response() const;
};

}  // namespace idp

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/base/headers.h"
#include "common/http/server.h"

namespace idp {

/// What an endpoint does instead of telling the truth.
struct Misbehaviour {
  enum class Kind {
    none,    ///< it tells the truth
    answer,  ///< it sends this status, header and body, whatever it was asked
    stall,   ///< it keeps the client waiting, then closes without a byte
    reset,   ///< it resets the connection without a byte
  };
  Kind kind = Kind::none;
  int status = 200;
  base::Headers headers;
  std::string body;
  std::chrono::milliseconds span{0};  ///< of a stall

  static Misbehaviour answer(int status, std::string body,
                             std::string_view content_type = "application/json");
  static Misbehaviour redirect(int status, std::string_view location);
  static Misbehaviour stall(std::chrono::milliseconds span);
  static Misbehaviour reset();

  explicit operator bool() const { return kind != Kind::none; }
  /// Not for `none`.
  http::Response response() const;
};

}  // namespace idp

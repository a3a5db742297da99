#pragma once

#include <string>
#include <string_view>

#include "common/base/clock.h"

namespace idp {

/// The nonces that DPoP proofs have to carry where an issuer wants that (RFC 9449, section 8). One
/// is given out for five minutes and good for five more. Nothing is stored; thread-safe.
class Nonces {
 public:
  explicit Nonces(const base::Clock& clock);
  std::string current() const;
  bool is_good(std::string_view nonce) const;

 private:
  std::string of_window(long long window) const;
  long long window() const;

  const base::Clock& clock_;
  const std::string secret_;
};

}  // namespace idp

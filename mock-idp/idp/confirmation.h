#pragma once

#include <string>

namespace idp {

/// What whoever uses a token has to show besides; at most one of them, and none for bearer tokens.
struct Confirmation {
  std::string jkt;  ///< thumbprint of the key that signs DPoP proofs (RFC 9449, section 6.1)
  std::string x5t;  ///< thumbprint of the client's certificate (RFC 8705, section 3.1)
  bool empty() const { return jkt.empty() && x5t.empty(); }
  bool operator==(const Confirmation&) const = default;
};

}  // namespace idp

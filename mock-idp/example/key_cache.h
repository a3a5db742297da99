#pragma once

#include <optional>
#include <string>
#include <vector>

namespace example {

/// What is tested here: the part of a resource server that knows the issuer's keys. It fetches them
/// when it first needs them, again when a token names one that it does not know, and goes on with
/// those it has while the issuer is out of order.
class KeyCache {
 public:
  explicit KeyCache(std::string jwks_uri) : jwks_uri_(std::move(jwks_uri)) {}
  /// Whether the issuer publishes the key that the token names; nothing where that cannot be known.
  std::optional<bool> knows_key_of(const std::string& token);

 private:
  bool has(const std::string& kid) const;
  bool refresh();

  std::string jwks_uri_;
  std::vector<std::string> kids_;
};

}  // namespace example

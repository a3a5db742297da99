#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "mock-idp/jose/key.h"

namespace jose {

/// A member of a JSON object as text, so that a forger can write what no JSON library would:
/// duplicates, 1e400, a chosen order.
struct Member {
  std::string name;
  std::string json;
};

/// A JSON object under construction.
class Members {
 public:
  /// Replaces the (last) member of that name in its place, or adds it. `json` is JSON text.
  Members& set(std::string_view name, std::string_view json);
  Members& set_string(std::string_view name, std::string_view value);
  Members& set_number(std::string_view name, long long value);
  /// Adds a member even if there is one of that name.
  Members& append(std::string_view name, std::string_view json);
  Members& prepend(std::string_view name, std::string_view json);
  /// Removes every member of that name.
  Members& erase(std::string_view name);
  /// JSON text of the last member of that name, or null.
  const std::string* find(std::string_view name) const;
  /// The value of a string member, unescaped; empty if there is none.
  std::string string(std::string_view name) const;
  const std::vector<Member>& members() const { return members_; }
  std::string to_json() const;

 private:
  std::vector<Member> members_;
};

/// The three parts of a compact JWS, encoded.
struct Parts {
  std::string header;
  std::string payload;
  std::string signature;
  std::string compact() const { return header + "." + payload + "." + signature; }
};

/// How to build one token, right or wrong. The order of building is: header and claims as JSON
/// (or the replacing texts), base64url, signature, `after_signing`, `assemble`.
struct Recipe {
  Members header;
  Members claims;
  std::optional<Key> key;  ///< signs with the header's `alg`
  long long now = 0;       ///< seconds since the epoch that relative times count from

  std::optional<std::string> header_text;   ///< bytes instead of the header's JSON
  std::optional<std::string> payload_text;  ///< bytes instead of the claims' JSON
  /// Bytes of the signature for a signing input, instead of key and `alg`.
  std::function<base::Result<std::string>(const std::string& input)> signer;
  /// Changes the encoded parts after they were signed.
  std::function<void(Parts&)> after_signing;
  /// Builds the final text from the parts, instead of joining them by dots.
  std::function<std::string(const Parts&)> assemble;

  // One change each, for use in a chain.
  Recipe& claim(std::string_view name, std::string_view json);
  Recipe& without_claim(std::string_view name);
  /// Sets exp. Where iat, nbf or auth_time would not be before it, they move back together, so that
  /// the token was valid once: for as long as before, an hour at most.
  Recipe& expiring_at(long long end);
  Recipe& expiring_in(std::chrono::seconds span) { return expiring_at(now + span.count()); }
  /// Sets nbf, and has the token expire an hour after that.
  Recipe& beginning_in(std::chrono::seconds span);
  Recipe& header_member(std::string_view name, std::string_view json);
  Recipe& without_header(std::string_view name);
  /// Signs with that key; header and claims, kid and alg included, stay as they are.
  Recipe& signed_by(Key other);
  /// Signs with HMAC over `secret`; sets `alg` to HS256 (or the given one).
  Recipe& signed_with_secret(std::string secret, std::string_view alg = "HS256");

  base::Result<std::string> mint() const;
};

}  // namespace jose

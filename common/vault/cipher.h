#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace vault {

/// The secret from which the keys of a store are derived. Wiped when it goes.
class MasterKey {
 public:
  /// 64 hexadecimal digits are 256 bits as they stand (`openssl rand -hex 32`); any other text of
  /// at least 32 characters is taken as it is. Either goes through HKDF, which does not stretch:
  /// the text has to be random, not a phrase that one can guess. The error does not repeat it.
  static base::Result<MasterKey> from_text(std::string_view text);
  MasterKey(const MasterKey&) = default;
  MasterKey& operator=(const MasterKey&) = default;
  ~MasterKey();

  /// 32 bytes for one purpose (HKDF with SHA-256, RFC 5869).
  std::string derive(std::string_view salt, std::string_view purpose) const;

 private:
  explicit MasterKey(std::string secret) : secret_(std::move(secret)) {}
  std::string secret_;
};

/// `text` encrypted with AES-256-GCM under a 32-byte key: 12 random bytes of nonce, the
/// ciphertext, 16 bytes of tag. `bound` is authenticated and not contained.
std::string seal(std::string_view key, std::string_view text, std::string_view bound);
/// The inverse; nothing where key, text or `bound` is not that of `seal`.
std::optional<std::string> open(std::string_view key, std::string_view sealed,
                                std::string_view bound);

/// HMAC with SHA-256, 32 bytes (RFC 2104).
std::string hmac(std::string_view key, std::string_view text);
/// Whether two texts of the same length are equal, in a time that does not say where they differ.
bool equal(std::string_view a, std::string_view b);
/// Overwrites a secret that is not needed any longer.
void wipe(std::string& secret);

}  // namespace vault

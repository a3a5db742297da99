#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/vault/cipher.h"
#include "common/vault/guarded_file.h"

namespace vault {

/// What an authorization server gave for one user (RFC 6749, section 5.1), and what it takes to
/// have it refreshed. Empty members are not known.
struct Tokens {
  std::string access_token;
  std::string refresh_token;
  std::optional<base::Time> expires_at;  ///< of the access token, to the second
  std::string scope;
  std::string token_endpoint;  ///< where to refresh
  std::string client_id;
  std::string client_secret;
};

/// Tokens by user, encrypted at rest with AES-256-GCM.
///
/// The file is JSON: a random salt, a check value that tells a wrong key from a changed file, one
/// sealed entry for each user, under a name that does not say who it is, and a seal over all of
/// them, so that none can be changed, exchanged or taken away unnoticed. (An older copy of the
/// whole file is whole; who can put it back cannot be noticed.) It is for its owner alone (0600).
/// Thread-safe, and safe between processes: see GuardedFile.
class TokenStore {
 public:
  /// Opens the store at `path`, or begins one there with the first write. The error tells a wrong
  /// key, a changed or damaged file, and a file that others can read apart.
  static base::Result<TokenStore> open(std::string path, const MasterKey& key);

  base::Result<std::optional<Tokens>> find(std::string_view user) const;
  base::Result<void> put(std::string_view user, const Tokens& tokens);
  /// No error if there was nothing.
  base::Result<void> remove(std::string_view user);
  /// Everybody who has tokens here, sorted.
  base::Result<std::vector<std::string>> users() const;

  /// Replaces a user's tokens by what `change` makes of them, while nobody else writes. Whoever
  /// refreshes tokens does it in here: a refresh token that two use at once may be taken for
  /// stolen. Nothing is written where `change` fails.
  using Change = std::function<base::Result<Tokens>(const std::optional<Tokens>&)>;
  base::Result<Tokens> update(std::string_view user, const Change& change, base::Deadline deadline);

 private:
  struct Document;
  TokenStore(std::string path, const MasterKey& key) : file_(std::move(path)), key_(key) {}
  base::Result<Document> load() const;
  base::Result<void> save(const GuardedFile::Lock& held, Document& document) const;

  GuardedFile file_;
  MasterKey key_;
};

}  // namespace vault

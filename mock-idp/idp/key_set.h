#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "mock-idp/jose/key.h"

namespace idp {

/// upcoming: published, does not sign yet. active: published, signs. passive: published, signs no
/// more. retired: neither. ghost: signs, unpublished. decoy: signs, but what is published under its
/// kid is other material.
enum class KeyState { upcoming, active, passive, retired, ghost, decoy };
std::string_view to_string(KeyState state);
std::optional<KeyState> key_state_from(std::string_view name);
bool signs(KeyState state);
bool is_published(KeyState state);

struct KeyEntry {
  jose::Key key;
  KeyState state = KeyState::active;
  std::optional<jose::Key> decoy;  ///< what a decoy shows instead of itself
};

/// How an issuer names and publishes its keys; empty: as the pool and `jose::Key` do.
struct KeyDress {
  std::function<jose::Key(const jose::Key&)> rename;
  std::function<std::string(const jose::Key&)> public_jwk;
};

/// All that a set is made of.
struct KeySetContents {
  std::vector<KeyEntry> keys;    ///< in order: the first that signs is the usual one
  std::vector<std::string> raw;  ///< JSON text, published as it is
};

/// What becomes of the keys that signed before.
enum class Overlap {
  passive,  ///< they stay published, so that their tokens are good until they expire
  none,     ///< they are withdrawn at once
};

/// The keys of one issuer and their published form. Thread-safe; every change takes effect at
/// once, for the JWK set and for minting alike. Bounded: of more than 256 keys the oldest that do
/// not sign are forgotten.
class KeySet {
 public:
  /// One active key per algorithm, from the pool at `pool_index`.
  KeySet(const std::vector<std::string>& algorithms, unsigned pool_index, KeyDress dress = {});
  ~KeySet();

  /// The first key that signs `alg`; empty: the first that signs at all. Takes an unused one from
  /// the pool, active, where there is none yet. The error names an unknown algorithm.
  base::Result<jose::Key> signing_key(std::string_view alg);
  std::vector<KeyEntry> keys() const;
  /// Keys as the JWK set shows them: upcoming, active, passive (and decoys).
  std::vector<jose::Key> published() const;

  /// A new active key for `alg`, which signs from now on. Gives the new key.
  base::Result<jose::Key> rotate(std::string_view alg, Overlap overlap = Overlap::passive);
  /// A new upcoming key for `alg`.
  base::Result<jose::Key> announce(std::string_view alg);
  /// A new key for `alg` that signs from now on and is not published.
  base::Result<jose::Key> add_ghost(std::string_view alg);
  /// Another key takes the place of the one of that kid, under the same kid, in the same state.
  base::Result<jose::Key> reuse_kid(std::string_view kid);
  /// Another key beside the one of that kid, under the same kid, active, behind all others. `alg`
  /// may be empty: that of the key.
  base::Result<jose::Key> duplicate_kid(std::string_view kid, std::string_view alg = {});
  /// The key is published no more and signs no more.
  base::Result<void> withdraw(std::string_view kid);
  base::Result<void> set_state(std::string_view kid, KeyState state);
  /// Adds a key behind the others. Two keys may share a kid.
  base::Result<void> add(jose::Key key, KeyState state);
  /// Publishes a member of the set as it is: JSON text, valid JWK or not.
  void publish_raw(std::string jwk);
  void clear_raw();

  KeySetContents contents() const;
  void restore(KeySetContents contents);
  /// New keys are generated from now on, instead of taken from the pool that everybody knows.
  void generate_new_keys();
  /// Called with what the set is made of after each change from now on; it must not call the set.
  void on_change(std::function<void(const KeySetContents&)> listener);

  /// The JWK set document, JSON text, rebuilt only on change.
  std::shared_ptr<const std::string> document() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace idp

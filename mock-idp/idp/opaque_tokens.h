#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "mock-idp/idp/misbehaviour.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

/// How a token is registered that says nothing by itself.
struct OpaqueShape {
  std::string text;  ///< the token itself; empty: random, 48 hexadecimal digits
  Misbehaviour at_introspection;
  Misbehaviour at_userinfo;
  /// Introspection calls the token active between its `nbf` and its `exp` only, as RFC 7662,
  /// section 4 requires of an authorization server. Else a recipe may contradict itself.
  bool checked = false;
};

/// A token that says nothing by itself, and what the provider says about it.
struct OpaqueToken {
  jose::Members claims;
  /// Bytes that introspection answers instead of the claims: the recipe's `payload_text`.
  std::optional<std::string> body;
  Misbehaviour at_introspection;
  Misbehaviour at_userinfo;
  bool revoked = false;
  /// It was handed in with an `exp` that had passed: somebody wants that said of an active token.
  bool born_expired = false;
  bool checked = false;  ///< see OpaqueShape

  /// Whether introspection calls it active at that time (seconds since the epoch). What is wrong
  /// with a recipe from the start stays as it is; what becomes of it later is told truly.
  bool is_active(long long now) const;
  /// Whether it opens the userinfo endpoint: neither revoked, nor outside of `nbf` and `exp`.
  bool is_valid(long long now) const;
};

/// The tokens of one issuer that only the issuer can tell anything about, and who may ask. Bounded:
/// the oldest is forgotten first. Thread-safe.
class OpaqueTokens {
 public:
  explicit OpaqueTokens(const base::Clock& clock, std::size_t capacity = 10'000)
      : clock_(clock), capacity_(capacity) {}

  /// Registers what the recipe claims, whatever that is; header and signature do not matter.
  /// Registering a text again replaces what was known of it.
  std::string add(const jose::Recipe& recipe, OpaqueShape shape = {});
  std::optional<OpaqueToken> find(std::string_view text) const;
  /// False if there is no such token.
  bool revoke(std::string_view text);

  /// From now on only clients that were named may ask about tokens. Before the first is named, any
  /// client may that shows some secret.
  void allow_client(std::string id, std::string secret);
  bool may_ask(std::string_view id, std::string_view secret) const;
  bool names_clients() const;
  /// From now on everybody is answered, also who shows no secret or asks by GET: for whoever finds
  /// out from the journal how a client asks, and needs it to go on.
  void answer_anybody() { answers_anybody_ = true; }
  bool answers_anybody() const { return answers_anybody_; }
  void clear();

 private:
  const base::Clock& clock_;
  const std::size_t capacity_;
  std::atomic<bool> answers_anybody_{false};
  mutable std::mutex mutex_;
  std::map<std::string, OpaqueToken, std::less<>> tokens_;
  std::deque<std::string> oldest_first_;
  std::map<std::string, std::string, std::less<>> clients_;
};

}  // namespace idp

#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "mock-idp/idp/oauth_form.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

/// Somebody who is to log in next.
struct NextUser {
  std::string subject;
  jose::Members claims;  ///< for the tokens of this login
};

/// What the next authorization requests of an issuer lead to, without anybody pressing a button.
/// A hundred for each issuer at most. Thread-safe.
class Queue {
 public:
  /// False where there are too many.
  bool add_user(std::string_view issuer, NextUser user);
  bool add_error(std::string_view issuer, TokenError error);
  /// Nothing where nobody waits.
  std::optional<NextUser> next_user(std::string_view issuer);
  std::optional<TokenError> next_error(std::string_view issuer);
  std::size_t users(std::string_view issuer) const;
  std::size_t errors(std::string_view issuer) const;
  void clear();

 private:
  struct Lane {
    std::deque<NextUser> users;
    std::deque<TokenError> errors;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Lane, std::less<>> lanes_;
};

}  // namespace idp

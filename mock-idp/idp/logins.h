#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "mock-idp/idp/authorization_request.h"

namespace idp {

/// An authorization request that waits for somebody to log in.
struct Login {
  std::string issuer;   ///< name
  std::string browser;  ///< the cookie of the browser that asked
  AuthorizationRequest request;
  base::Time expires;
};

/// The logins that are under way, ten minutes each; a thousand at most, the oldest go first.
/// Thread-safe.
class Logins {
 public:
  explicit Logins(const base::Clock& clock) : clock_(clock) {}
  /// Gives its id, which nobody can guess.
  std::string begin(Login login);
  /// Ends a login and gives it to the browser that began it; nothing for another one, unless
  /// nobody looks at the browser (`browser` is null).
  std::optional<Login> take(const std::string& id, const std::string& issuer,
                            const std::string* browser);
  void clear();

 private:
  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Login> logins_;
  std::deque<std::string> order_;
};

}  // namespace idp

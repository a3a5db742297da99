#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "mock-idp/idp/grants.h"

namespace idp {

/// Who logged in.
struct Person {
  std::string subject;
  jose::Members claims;  ///< for the tokens of this login, beside or instead of the usual ones
  base::Time since;
};

/// What somebody allowed one client.
struct Consent {
  std::vector<std::string> scopes;
  std::vector<std::string> audiences;
};

/// Somebody who is logged in, in one browser.
struct Session {
  std::string issuer;  ///< name
  Person person;
  std::map<std::string, Consent> consents;  ///< by client id

  /// Whether all of it was allowed before.
  bool allows(const std::string& client_id, const std::string& scope,
              const std::vector<std::string>& audiences) const;
};

/// The browsers in which somebody is logged in: for eight hours by the provider's clock. A thousand
/// at most, the oldest go first. Thread-safe.
class Sessions {
 public:
  explicit Sessions(const base::Clock& clock) : clock_(clock) {}

  /// Remembers that the person allows `granted`. It is a new session, whose id nobody can guess and
  /// nobody had before the login; what `before` allowed is kept where it is the same person's.
  std::string log_in(std::string_view issuer, const Person& person, const Granted& granted,
                     const std::string& before);
  std::optional<Session> find(const std::string& id, std::string_view issuer) const;
  /// Ends it; gives what it was.
  std::optional<Session> log_out(const std::string& id, std::string_view issuer);
  void clear();

 private:
  const Session* live(const std::string& id, std::string_view issuer) const;

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Session> sessions_;
  std::deque<std::string> order_;
};

}  // namespace idp

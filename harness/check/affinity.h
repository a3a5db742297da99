#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "harness/wire/exchange.h"

namespace check {

/// Keeps the requests of a session at the server that began it: a balancer recognizes them by a
/// cookie. Cookies of balancers go with every request of the session, whatever its credential;
/// others, which may be credentials themselves, only with that of the client who got them.
/// Thread-safe.
class Affinity {
 public:
  /// Remembers the cookies of an answer that began a session, or came in one.
  void learn(const wire::Exchange& exchange);
  /// Adds those of the request's session to the cookies that the request has.
  void attach(wire::Request& request) const;

 private:
  struct Session {
    std::string id;
    base::Headers credential;
    std::vector<std::pair<std::string, std::string>> cookies;
  };
  mutable std::mutex mutex_;
  std::deque<Session> sessions_;  ///< the newest last
};

}  // namespace check

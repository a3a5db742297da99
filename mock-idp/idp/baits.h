#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/http/server.h"

namespace idp {

/// A URL that nobody has a reason to fetch: who does was led to it.
struct Bait {
  std::string path;       ///< "/bait/…", unguessable
  bool redirect = false;  ///< it leads on to another address of this machine
  std::uint64_t hits = 0;
};

/// The baits that were made; ten thousand at most, the oldest go first. Thread-safe.
class Baits {
 public:
  /// Gives its path.
  std::string make(bool redirect = false);
  /// Counts a request for that path or one below; nothing where it is no bait's.
  std::optional<Bait> hit(std::string_view path);
  std::vector<Bait> list() const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Bait, std::less<>> baits_;
  std::deque<std::string> order_;
};

/// Listeners on other addresses of this machine, so that who goes there by another way than
/// 127.0.0.1 is seen as well. They start when somebody first wants to know where they are.
class BaitListeners {
 public:
  /// What is asked of them below `/bait/` goes to `handler`.
  BaitListeners(http::Handler handler, const base::Clock& clock);
  /// Their origins, such as "http://127.0.0.2:9400"; the provider's own port where it is free
  /// there. Addresses that this machine does not have are left out.
  std::vector<std::string> origins(std::uint16_t port);
  void stop();

 private:
  http::Handler handler_;
  const base::Clock& clock_;
  std::mutex mutex_;
  bool started_ = false;
  std::vector<std::unique_ptr<http::Server>> servers_;
};

/// The ways to write a URL on 127.0.0.1 that filters of addresses are known to miss.
std::vector<std::string> spellings_of_loopback(std::uint16_t port);

}  // namespace idp

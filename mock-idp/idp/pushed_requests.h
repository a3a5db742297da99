#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/url.h"

namespace idp {

/// Authorization requests that clients pushed (RFC 9126). Each is good for one use within a minute,
/// for the client that pushed it. A thousand at most, the oldest go first. Thread-safe.
class PushedRequests {
 public:
  static constexpr int kLifeSeconds = 60;

  explicit PushedRequests(const base::Clock& clock) : clock_(clock) {}

  /// Whether a `request_uri` is one of ours, known or not.
  static bool is_reference(std::string_view uri);
  /// Gives the `request_uri`, which nobody can guess.
  std::string add(std::string_view issuer, std::string_view client_id, base::FormFields fields);
  /// Its parameters; the reference is used up then, unless it is to be `kept`. Without a
  /// `client_id` anybody's will do.
  std::optional<base::FormFields> take(const std::string& uri, std::string_view issuer,
                                       std::optional<std::string> client_id, bool kept = false);
  void clear();

 private:
  struct Pushed {
    std::string issuer;
    std::string client_id;
    base::FormFields fields;
    base::Time expires;
  };

  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Pushed> requests_;
  std::deque<std::string> order_;
};

}  // namespace idp

#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace idp {

/// What the key sets of issuers say about being cached. Thread-safe.
class KeyCaching {
 public:
  struct Habit {
    /// Short, so that a client that heeds it sees a rotation soon.
    std::string cache_control = "max-age=5";  ///< empty: the field is missing
    bool tagged = false;                      ///< with an ETag, and 304 for who knows it
  };

  Habit of(std::string_view issuer) const {
    const std::lock_guard lock(mutex_);
    const auto found = habits_.find(issuer);
    return found == habits_.end() ? Habit() : found->second;
  }
  /// The issuer has to be one that was made: these are bounded.
  void set(std::string_view issuer, Habit habit) {
    const std::lock_guard lock(mutex_);
    habits_.insert_or_assign(std::string(issuer), std::move(habit));
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    habits_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Habit, std::less<>> habits_;
};

}  // namespace idp

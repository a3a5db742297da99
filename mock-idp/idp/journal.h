#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/headers.h"

namespace idp {

/// One request that the provider received, and how it answered.
struct Entry {
  std::uint64_t sequence = 0;  ///< from 1, without gaps
  std::int64_t monotonic_us = 0;
  base::Time time;
  std::uint64_t connection = 0;
  std::string issuer;    ///< the issuer's name; empty where the path names none
  std::string endpoint;  ///< "discovery", "oauth-metadata", "jwks", "token",
                         ///< "introspection", "revocation", "userinfo", "bait", "unknown", …
  std::string method;
  std::string target;     ///< raw
  base::Headers headers;  ///< raw, in order
  std::string body;       ///< bounded
  int status = 0;         ///< of the answer; 0: none was sent
  std::string fault;      ///< what was done instead of answering truly; empty: nothing
};

/// Everything that was asked of the provider, in order; bounded, oldest dropped and counted.
class Journal {
 public:
  using Predicate = std::function<bool(const Entry&)>;
  explicit Journal(std::size_t capacity = 10'000) : capacity_(capacity) {}
  void add(Entry entry);
  std::size_t count(const Predicate& which) const;
  std::vector<Entry> entries(const Predicate& which = {}) const;
  /// Waits until at least `how_many` entries match; false when the deadline passed first.
  bool wait(const Predicate& which, std::size_t how_many, base::Deadline deadline) const;
  /// The first `limit` entries behind `sequence` that match, or with `newest` the last ones.
  std::vector<Entry> since(std::uint64_t sequence, const Predicate& which, std::size_t limit,
                           bool newest = false) const;
  /// Waits until there is an entry behind `sequence`; false when the deadline passed first.
  bool wait_beyond(std::uint64_t sequence, base::Deadline deadline) const;
  /// Forgets the entries; the sequence goes on.
  void clear();
  std::uint64_t last_sequence() const;
  std::uint64_t dropped() const;

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<Entry> entries_;
  std::uint64_t sequence_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace idp

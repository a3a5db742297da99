#include "mock-idp/idp/journal.h"

#include <algorithm>
#include <utility>

namespace idp {

void Journal::add(Entry entry) {
  {
    const std::lock_guard lock(mutex_);
    entry.sequence = ++sequence_;
    entries_.push_back(std::move(entry));
    while (entries_.size() > capacity_) {
      entries_.pop_front();
      ++dropped_;
    }
  }
  changed_.notify_all();
}

std::size_t Journal::count(const Predicate& which) const {
  const std::lock_guard lock(mutex_);
  if (!which) return entries_.size();
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), which));
}

std::vector<Entry> Journal::entries(const Predicate& which) const {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> found;
  std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(found),
               [&](const Entry& entry) { return !which || which(entry); });
  return found;
}

bool Journal::wait(const Predicate& which, std::size_t how_many, base::Deadline deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline.at(), [&] {
    const auto matching = which ? std::count_if(entries_.begin(), entries_.end(), which)
                                : static_cast<std::ptrdiff_t>(entries_.size());
    return static_cast<std::size_t>(matching) >= how_many;
  });
}

std::vector<Entry> Journal::since(std::uint64_t sequence, const Predicate& which, std::size_t limit,
                                  bool newest) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t before_first = sequence_ - entries_.size();
  const std::uint64_t skipped = std::min(sequence, sequence_) - before_first;
  auto at = entries_.begin();
  if (sequence > before_first) at += static_cast<std::ptrdiff_t>(skipped);
  std::deque<const Entry*> chosen;
  for (; at != entries_.end(); ++at) {
    if (which && !which(*at)) continue;
    if (chosen.size() == limit && !newest) break;
    chosen.push_back(&*at);
    if (chosen.size() > limit) chosen.pop_front();
  }
  std::vector<Entry> found;
  found.reserve(chosen.size());
  for (const Entry* entry : chosen) found.push_back(*entry);
  return found;
}

bool Journal::wait_beyond(std::uint64_t sequence, base::Deadline deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline.at(), [&] { return sequence_ > sequence; });
}

void Journal::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  dropped_ = 0;
}

std::uint64_t Journal::last_sequence() const {
  const std::lock_guard lock(mutex_);
  return sequence_;
}

std::uint64_t Journal::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace idp

#pragma once

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace check {

/// What is found out once per run and asked for by several cases, by name. Thread-safe: who asks
/// while somebody else finds it out waits for him.
class Memo {
 public:
  /// The same type for the same name, always. What `make` finds out must not ask for itself.
  template <typename T>
  const T& once(std::string_view name, const std::function<T()>& make) {
    Slot& slot = slot_of(name);
    const std::lock_guard lock(slot.mutex);
    if (!slot.value.has_value()) slot.value = make();
    return *std::any_cast<T>(&slot.value);
  }

 private:
  struct Slot {
    std::mutex mutex;
    std::any value;
  };
  Slot& slot_of(std::string_view name) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Slot>& slot = slots_[std::string(name)];
    if (slot == nullptr) slot = std::make_unique<Slot>();
    return *slot;
  }
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Slot>> slots_;
};

}  // namespace check

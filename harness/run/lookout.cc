#include "harness/run/lookout.h"

#include <chrono>
#include <utility>

namespace run {
namespace {

constexpr std::chrono::milliseconds kInterval{20};

}  // namespace

Lookout::Lookout(std::function<bool()> look)
    : thread_([this, look = std::move(look)] {
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, kInterval, [this] { return over_; })) {
          lock.unlock();
          if (look()) return;
          lock.lock();
        }
      }) {}

Lookout::~Lookout() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

}  // namespace run

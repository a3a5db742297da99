#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace run {

/// Calls `look` every 20 ms, on a thread of its own, until that says true or the object dies.
class Lookout {
 public:
  explicit Lookout(std::function<bool()> look);
  ~Lookout();
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace run

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/timing/classes.h"
#include "common/base/result.h"
#include "common/base/url.h"
#include "harness/timing/source.h"
#include "harness/wire/process.h"

namespace bench {

/// The reference server in a process of its own, mode api-key, and the keys to try on it.
class Target {
 public:
  /// `faults` are flags of `serve`.
  static base::Result<std::unique_ptr<Target>> start(const std::string& program,
                                                     const std::string& faults, std::uint64_t seed);

  /// Keys that agree with the secret beside decoys.
  timing::OpenSource secret_and_decoys();
  /// Decoys on both sides: there is nothing to be found.
  timing::OpenSource decoys_only();

 private:
  Target(Classes classes, base::Url url, std::unique_ptr<wire::Process> process);
  std::string request(const std::string& key) const;

  Classes classes_;
  base::Url url_;
  std::unique_ptr<wire::Process> process_;
};

/// Keeps every processor busy as long as it lives.
class Hogs {
 public:
  Hogs();

 private:
  std::vector<std::jthread> threads_;
};

}  // namespace bench

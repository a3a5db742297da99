#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "harness/timing/source.h"

namespace timing {

/// Where requests go: a numeric address (or localhost), plain TCP.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};

/// Whole HTTP/1.1 requests, head and body, ready to be sent, all of them of one length. The classes
/// differ in nothing but what is to be found out about. No near request may carry the secret
/// itself, which a random end hits once in a while: its answer would look like a change of the
/// server's.
struct Pools {
  std::vector<std::string> decoys;
  std::vector<std::string> nears;
};

/// As many requests of a class as a pool should hold, so that hardly any token comes twice.
inline constexpr std::size_t kPoolSize = 2048;
/// Pools of requests that are made one by one.
Pools make_pools(const std::function<std::string()>& decoy,
                 const std::function<std::string()>& near, std::size_t count = kPoolSize);

struct SamplerOptions {
  std::size_t warm_up_pairs = 500;             ///< that are not counted, ...
  std::chrono::milliseconds warm_up_cap{250};  ///< ... or as many as this time allows
  std::chrono::milliseconds patience{1000};    ///< for one answer
  std::chrono::milliseconds connect_patience{1000};
};

/// A source that measures a server: from before send() until the first bytes of the answer are
/// there, on one connection that is kept alive. A server that closes connections after a number of
/// answers is connected to anew between pairs. Nothing is allocated, and nothing of the two classes
/// differs in memory, between the two readings of the clock.
///
/// The error says what is wrong with the pools, the clock or the server.
base::Result<std::unique_ptr<Source>> open_sampler(const Endpoint& endpoint, Pools pools,
                                                   std::uint64_t seed,
                                                   const SamplerOptions& options = {});

}  // namespace timing

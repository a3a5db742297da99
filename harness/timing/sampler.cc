#include "harness/timing/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <random>

#include "harness/timing/clock.h"
#include "harness/timing/link.h"

namespace timing {
namespace {

constexpr std::size_t kLongestRequest = 64UL << 10;
constexpr std::int64_t kCoarsestClock = 100;
/// In a row. A server that gives nothing any more would else be asked until time is up.
constexpr std::size_t kMostLosses = 20;
constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

/// Which class a request is of; also the index of what is known about that class.
enum Class : std::size_t { kDecoy = 0, kNear = 1 };

class Sampler final : public Source {
 public:
  Sampler(const Endpoint& endpoint, Pools pools, std::uint64_t seed, const SamplerOptions& options)
      : link_(endpoint.host, endpoint.port, pools.decoys.front().size()),
        pools_(std::move(pools)),
        coins_(seed),
        options_(options) {}

  base::Result<void> connect() {
    return link_.connect(options_.connect_patience, options_.patience);
  }

  Draw draw(std::size_t count, base::Deadline deadline, std::vector<Pair>& pairs) override {
    pairs.reserve(pairs.size() + count);
    draw_ = {};
    if (!warm_) warm_up(deadline);
    draw_.dropped = 0;  // what was lost while the server's habits were learnt does not count
    std::size_t drawn = 0;
    while (drawn < count && draw_.halt == Halt::none) {
      if (deadline.passed()) {
        draw_.halt = Halt::deadline;
      } else if (const auto pair = take_pair()) {
        pairs.push_back(*pair);
        ++drawn;
      }
    }
    return draw_;
  }

 private:
  void warm_up(base::Deadline deadline) {
    const auto until =
        base::Deadline::earlier(deadline, base::Deadline::after(options_.warm_up_cap));
    for (std::size_t i = 0; i < options_.warm_up_pairs && draw_.halt == Halt::none; ++i) {
      if (i > 0 && until.passed()) break;
      take_pair();
    }
    warm_ = true;
  }

  /// Nothing where it was lost; with a reason to halt if it should not go on.
  std::optional<Pair> take_pair() {
    if (!ready_for(2)) return std::nullopt;
    const bool decoy_first = (coins_() >> 63) == 0;
    const std::size_t index = next_++ % pools_.decoys.size();
    std::array<std::int64_t, 2> times{};
    for (const Class which : {decoy_first ? kDecoy : kNear, decoy_first ? kNear : kDecoy}) {
      // Only a server that closes after each answer is connected to between the two.
      const bool ready = limit_ == 1 ? ready_for(1) : link_.takes_more();
      const auto time = ready ? ask(which, index) : std::nullopt;
      if (!time) return lose();
      times[which] = *time;
    }
    losses_ = 0;
    if (draw_.halt != Halt::none) return std::nullopt;
    return Pair{.decoy_ns = times[kDecoy], .near_ns = times[kNear]};
  }

  std::nullopt_t lose() {
    ++draw_.dropped;
    if (++losses_ >= kMostLosses && draw_.halt == Halt::none) {
      halt(Halt::lost, fmt::format("{} pairs in a row were not answered", losses_));
    }
    return std::nullopt;
  }

  /// The connection can take that many requests, or a new one was made.
  bool ready_for(std::size_t requests) {
    if (limit_ == 1) requests = 1;
    const bool room = link_.answers() + requests <= limit_;
    if (link_.takes_more() && room) return true;
    if (const auto connected = connect(); !connected) {
      halt(Halt::lost, connected.error().message);
      return false;
    }
    // Where the server answers an odd number of times, one is left over from whole pairs.
    const bool odd = limit_ != kUnlimited && limit_ > 1 && limit_ % 2 == 1;
    if (odd && requests == 2) ask(kDecoy, next_ % pools_.decoys.size());
    return link_.is_open() && draw_.halt == Halt::none;
  }

  /// How long the answer took; nothing where there was none.
  std::optional<std::int64_t> ask(Class which, std::size_t index) {
    const std::size_t before = link_.answers();
    const Timed timed = link_.ask((which == kNear ? pools_.nears : pools_.decoys)[index]);
    if (timed.outcome == Timed::Outcome::closed && before > 0) limit_ = std::min(limit_, before);
    if (timed.outcome != Timed::Outcome::answered) return std::nullopt;
    if (!link_.takes_more()) limit_ = std::min(limit_, link_.answers());
    look_at(which, timed.shape);
    return timed.ns;
  }

  /// All answers have to look the same.
  void look_at(Class which, const Shape& shape) {
    if (draw_.halt != Halt::none) return;
    auto& known = shapes_[which];
    if (shape.status == 429) {
      halt(Halt::rate_limited, "the server limits the rate of requests (429)");
    } else if (!known) {
      known = shape;
    } else if (*known != shape) {
      halt(Halt::changed, "the answers to one class of requests changed: " + both(*known, shape));
    } else if (const auto& other = shapes_[which == kNear ? kDecoy : kNear];
               warm_ && other && *other != shape) {
      halt(Halt::oracle, "the answers tell the classes apart without a clock: " +
                             both(*shapes_[kDecoy], *shapes_[kNear]));
    }
  }

  static std::string both(const Shape& first, const Shape& second) {
    if (first.status == second.status && first.body_bytes == second.body_bytes) {
      return to_text(first) + ", with other header fields";
    }
    return to_text(first) + ", then " + to_text(second);
  }

  void halt(Halt why, std::string reason) {
    draw_.halt = why;
    draw_.reason = std::move(reason);
  }

  Link link_;
  Pools pools_;
  std::mt19937_64 coins_;
  SamplerOptions options_;
  Draw draw_;
  std::array<std::optional<Shape>, 2> shapes_;
  std::size_t limit_ = kUnlimited;  ///< answers that the server gives on one connection
  std::size_t next_ = 0;            ///< request of each pool
  std::size_t losses_ = 0;          ///< in a row
  bool warm_ = false;
};

base::Result<void> check_pools(const Pools& pools) {
  if (pools.decoys.empty() || pools.decoys.size() != pools.nears.size()) {
    return base::fail("both classes need the same number of requests, at least one");
  }
  const std::size_t length = pools.decoys.front().size();
  const auto fits = [length](const std::string& request) { return request.size() == length; };
  if (!std::all_of(pools.decoys.begin(), pools.decoys.end(), fits) ||
      !std::all_of(pools.nears.begin(), pools.nears.end(), fits)) {
    return base::fail("requests of both classes have to be of one length");
  }
  if (length == 0 || length > kLongestRequest) {
    return base::fail(fmt::format("a request has 1 to {} bytes, not {}", kLongestRequest, length));
  }
  return {};
}

}  // namespace

Pools make_pools(const std::function<std::string()>& decoy,
                 const std::function<std::string()>& near, std::size_t count) {
  Pools pools;
  for (std::size_t i = 0; i < count; ++i) {
    pools.decoys.push_back(decoy());
    pools.nears.push_back(near());
  }
  return pools;
}

base::Result<std::unique_ptr<Source>> open_sampler(const Endpoint& endpoint, Pools pools,
                                                   std::uint64_t seed,
                                                   const SamplerOptions& options) {
  if (const auto good = check_pools(pools); !good) return tl::unexpected(good.error());
  if (const auto step = clock_resolution_ns(); step > kCoarsestClock) {
    return base::fail(fmt::format(
        "the clock of this machine counts in steps of {} ns, more than {}", step, kCoarsestClock));
  }
  auto sampler = std::make_unique<Sampler>(endpoint, std::move(pools), seed, options);
  if (const auto connected = sampler->connect(); !connected) {
    return tl::unexpected(connected.error());
  }
  return sampler;
}

}  // namespace timing

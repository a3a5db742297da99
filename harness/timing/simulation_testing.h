#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/timing/source.h"

namespace timing {

/// Response times as they would come one after the other, in nanoseconds, whatever is asked.
using Noise = std::function<double(std::mt19937_64&)>;

/// A fresh noise, which may begin anywhere in its course.
using MakeNoise = std::function<Noise(std::mt19937_64&)>;

/// What the secret does to the time of a near request.
using Effect = std::function<double(std::mt19937_64&)>;

inline Effect no_effect() {
  return [](std::mt19937_64&) { return 0.0; };
}
inline Effect delay(double ns) {
  return [ns](std::mt19937_64&) { return ns; };
}
/// A delay of some answers only: the median hardly moves.
inline Effect delay_of_some(double share, double ns) {
  return [share, ns](std::mt19937_64& random) {
    return std::uniform_real_distribution<>(0, 1)(random) < share ? ns : 0;
  };
}

/// Times that do not depend on each other: 30 us, sd 2 us.
inline Noise white(std::mt19937_64&) {
  return [](std::mt19937_64& random) { return std::normal_distribution<>(30e3, 2e3)(random); };
}
/// The machine warms up: each request is a little slower than the one before, in waves.
inline Noise drift(std::mt19937_64& start) {
  const double phase = std::uniform_real_distribution<>(0, 6)(start);
  return [phase, i = 0.0](std::mt19937_64& random) mutable {
    i += 1;
    return 30e3 + 8 * i + 5e3 * std::sin(phase + i / 300) +
           std::normal_distribution<>(0, 500)(random);
  };
}
/// Somebody else needs the processor now and then, for hundreds of requests.
inline Noise bursts(std::mt19937_64&) {
  return [busy = false](std::mt19937_64& random) mutable {
    const double luck = std::uniform_real_distribution<>(0, 1)(random);
    if (luck < (busy ? 1 / 150.0 : 1 / 600.0)) busy = !busy;
    const double load = busy ? std::exponential_distribution<>(1 / 60e3)(random) : 0;
    return 31e3 + load + std::normal_distribution<>(0, 1500)(random);
  };
}
/// Each time is close to the one before.
inline Noise autocorrelated(std::mt19937_64&) {
  return [deviation = 0.0](std::mt19937_64& random) mutable {
    deviation = 0.97 * deviation + std::normal_distribution<>(0, 700)(random);
    return 30e3 + deviation;
  };
}
/// One answer in fifty takes far longer, without a mean worth the name.
inline Noise heavy_tailed(std::mt19937_64&) {
  return [](std::mt19937_64& random) {
    const double outlier = std::uniform_real_distribution<>(0, 1)(random) < 0.02
                               ? 2e3 / std::uniform_real_distribution<>(1e-4, 1)(random)
                               : 0;
    return 28e3 + std::lognormal_distribution<>(7, 1)(random) + outlier;
  };
}
/// Threads that wake up on one core or the other.
inline Noise multimodal(std::mt19937_64&) {
  return [](std::mt19937_64& random) {
    const double luck = std::uniform_real_distribution<>(0, 1)(random);
    const double mode = luck < 0.5 ? 25e3 : luck < 0.85 ? 33e3 : 52e3;
    return mode + std::normal_distribution<>(0, 900)(random);
  };
}
/// The second of two requests is always slower than the first: the order shows, not the class.
inline Noise second_is_slower(std::mt19937_64&) {
  return [second = true](std::mt19937_64& random) mutable {
    second = !second;
    return 30e3 + (second ? 1500.0 : 0) + std::normal_distribution<>(0, 900)(random);
  };
}
/// Times that were measured, from anywhere in the recording on and round again.
inline MakeNoise recorded(std::vector<double> times) {
  return [times = std::move(times)](std::mt19937_64& start) {
    return [&times, at = static_cast<std::size_t>(start() % times.size()) & ~std::size_t{1}](
               std::mt19937_64&) mutable { return times[at++ % times.size()]; };
  };
}

struct NamedNoise {
  std::string_view name;
  MakeNoise make;
};
inline std::vector<NamedNoise> synthetic_noises() {
  return {{"white", white},
          {"drift", drift},
          {"bursts", bursts},
          {"autocorrelated", autocorrelated},
          {"heavy tails", heavy_tailed},
          {"multimodal", multimodal},
          {"second is slower", second_is_slower}};
}

/// Who comes first: a fair coin per pair, as it has to be, or always the decoy.
enum class Order { coin, fixed };

/// A server that is not there.
class Simulation final : public Source {
 public:
  Simulation(const MakeNoise& noise, Effect effect, std::uint64_t seed, Order order = Order::coin)
      : random_(seed), noise_(noise(random_)), effect_(std::move(effect)), order_(order) {}

  Draw draw(std::size_t count, base::Deadline, std::vector<Pair>& pairs) override {
    pairs.reserve(pairs.size() + count);
    for (std::size_t i = 0; i < count; ++i) {
      double first = noise_(random_);
      double second = noise_(random_);
      const bool near_first = order_ == Order::coin && (random_() >> 63) != 0;
      (near_first ? first : second) += effect_(random_);
      const double decoy = near_first ? second : first;
      const double near = near_first ? first : second;
      pairs.push_back({std::llround(decoy), std::llround(near)});
    }
    return {};
  }

 private:
  std::mt19937_64 random_;
  Noise noise_;
  Effect effect_;
  Order order_;
};

inline OpenSource simulate(MakeNoise noise, Effect effect, Order order = Order::coin) {
  return [noise = std::move(noise), effect = std::move(effect),
          order](std::uint64_t seed) -> base::Result<std::unique_ptr<Source>> {
    return std::make_unique<Simulation>(noise, effect, seed, order);
  };
}

}  // namespace timing

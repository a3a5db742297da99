#include "harness/timing/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

#include "harness/timing/fitness.h"
#include "harness/timing/words.h"

namespace timing {
namespace {

/// A difference that one of the tests sees.
struct Sight {
  Direction direction = Direction::slower;
  double quantile = 0;  ///< 0: the sign test saw it
};

/// What is seen in one direction, each test at `level`.
std::optional<Sight> see_towards(Direction direction, std::span<const Pair> pairs,
                                 const Rules& rules, double level) {
  if (sign_test(pairs, rules.floor_ns, direction) <= level) return Sight{direction, 0};
  const Tail tail = tail_guard(pairs, rules.floor_ns, direction);
  const auto quantiles = static_cast<double>(kTailQuantiles.size());
  if (tail.p * quantiles <= level) return Sight{direction, tail.quantile};
  return std::nullopt;
}

std::optional<Sight> see(std::span<const Pair> pairs, const Rules& rules) {
  const auto slower = see_towards(Direction::slower, pairs, rules, rules.look_level());
  return slower ? slower : see_towards(Direction::faster, pairs, rules, rules.look_level());
}

/// Where the median is not zero, though it may lie under the floor.
std::optional<Direction> leaning(std::span<const Pair> pairs, const Rules& rules) {
  for (const auto direction : {Direction::slower, Direction::faster}) {
    if (sign_test(pairs, 0, direction) <= rules.look_level()) return direction;
  }
  return std::nullopt;
}

std::int64_t difference_at(std::span<const Pair> pairs, double q) {
  return quantile(sorted_times(pairs, &Pair::near_ns), q) -
         quantile(sorted_times(pairs, &Pair::decoy_ns), q);
}

class Gate {
 public:
  Gate(const OpenSource& open, const Rules& rules)
      : open_(open), rules_(rules), seeds_(rules.seed) {
    result_.seed = rules.seed;
  }

  Result run() {
    auto source = open_(seeds_());
    if (!source) {
      undecided(Halt::lost, source.error().message);
      return result_;
    }
    const auto deadline = base::Deadline::after(rules_.cap);
    end_ = base::Deadline::after(rules_.cap + rules_.confirmation_cap);
    std::vector<Pair> pairs;
    for (const std::size_t wanted : rules_.looks) {
      const Draw draw = (*source)->draw(wanted - pairs.size(), deadline, pairs);
      const std::size_t fresh = pairs.size() - result_.looked_at;
      result_.looked_at = pairs.size();
      result_.measurement = measure(pairs, rules_);
      const bool last = wanted == rules_.looks.back() || pairs.size() < wanted;
      if (unfit(draw, fresh, result_.measurement) || look(pairs, last)) break;
    }
    if (result_.verdict != Verdict::fail) {
      result_.measurement.distributions = distributions_of(pairs);
    }
    return result_;
  }

 private:
  /// Whether this look ends it.
  bool look(std::span<const Pair> pairs, bool last) {
    if (const auto sight = see(pairs, rules_)) {
      ++result_.candidates;
      if (confirm(*sight)) return true;
    }
    if (!last && pairs.size() < rules_.enough_to_pass) return false;
    if (pairs.size() < rules_.fewest_to_pass) {
      return undecided(Halt::none, too_few_pairs(pairs.size(), rules_.fewest_to_pass));
    }
    const Measurement& measured = result_.measurement;
    if (!measured.interval.within(measured.claim_ns)) {
      return last && undecided(Halt::none, too_wide(measured));
    }
    const auto direction = leaning(pairs, rules_);
    if (!direction) return settle(Verdict::pass);
    result_.direction = *direction;
    return last && settle(Verdict::warn);
  }

  /// Whether fresh pairs end it: the difference is there again, or they could not be had.
  bool confirm(const Sight& sight) {
    auto source = open_(seeds_());
    if (!source) return undecided(Halt::lost, unconfirmed(source.error().message));
    std::vector<Pair> pairs;
    const auto deadline =
        base::Deadline::earlier(end_, base::Deadline::after(rules_.confirmation_cap));
    const Draw draw =
        (*source)->draw(std::max(result_.looked_at, rules_.fewest_to_confirm), deadline, pairs);
    const Measurement measured = measure(pairs, rules_);
    if (unfit(draw, pairs.size(), measured)) {
      result_.reason = unconfirmed(result_.reason);
      return true;
    }
    const auto again = see_towards(sight.direction, pairs, rules_, rules_.confirmation_level());
    if (!again) return false;
    result_.measurement = measured;
    result_.measurement.distributions = distributions_of(pairs);
    result_.direction = again->direction;
    result_.quantile = again->quantile;
    if (again->quantile > 0) result_.at_quantile_ns = difference_at(pairs, again->quantile);
    return settle(Verdict::fail);
  }

  /// Whether the pairs cannot be judged; `fresh` of them were drawn just now.
  bool unfit(const Draw& draw, std::size_t fresh, const Measurement& measured) {
    result_.dropped += draw.dropped;
    attempted_ += fresh + draw.dropped;
    if (const auto halted = why_halted(draw)) return undecided(draw.halt, *halted);
    const auto reason =
        why_unfit(measured, {.dropped = result_.dropped, .attempted = attempted_}, rules_);
    return reason && undecided(draw.halt, *reason);
  }

  bool settle(Verdict verdict) {
    result_.verdict = verdict;
    result_.reason = sentence(result_);
    return true;
  }

  bool undecided(Halt halt, std::string reason) {
    result_.verdict = Verdict::inconclusive;
    result_.halt = halt;
    result_.reason = std::move(reason);
    return true;
  }

  const OpenSource& open_;
  const Rules& rules_;
  std::mt19937_64 seeds_;
  base::Deadline end_ = base::Deadline::after({});
  std::size_t attempted_ = 0;
  Result result_;
};

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "PASS";
    case Verdict::fail:
      return "FAIL";
    case Verdict::warn:
      return "WARN";
    case Verdict::inconclusive:
      break;
  }
  return "INCONCLUSIVE";
}

Result gate(const OpenSource& open, const Rules& rules) { return Gate(open, rules).run(); }

}  // namespace timing

#include "harness/timing/fitness.h"

#include <fmt/format.h>

#include "harness/timing/words.h"

namespace timing {
namespace {

double share_of(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::optional<std::string> why_halted(const Draw& draw) {
  if (draw.halt == Halt::none || draw.halt == Halt::deadline) return std::nullopt;
  return draw.reason;
}

std::optional<std::string> why_unfit(const Measurement& measured, const Losses& losses,
                                     const Rules& rules) {
  if (measured.pairs < rules.fewest_pairs) {
    return too_few_pairs(measured.pairs, rules.fewest_pairs);
  }
  if (share_of(losses.dropped, losses.attempted) > rules.most_dropped) {
    return fmt::format(
        "{} of {} pairs were lost to closed connections or timeouts, more than {:.0f} %",
        count_text(losses.dropped), count_text(losses.attempted), 100 * rules.most_dropped);
  }
  if (share_of(measured.ties, measured.pairs) > rules.most_ties) {
    return fmt::format("the clock is too coarse: {} of {} pairs show no difference at all",
                       count_text(measured.ties), count_text(measured.pairs));
  }
  return std::nullopt;
}

std::string too_few_pairs(std::size_t pairs, std::size_t needed) {
  return fmt::format("only {} pairs could be measured in the time there was, {} are needed",
                     count_text(pairs), count_text(needed));
}

std::string too_wide(const Measurement& measured) {
  return fmt::format(
      "too noisy: the median difference lies between {} and {} (99 %, {} pairs), and a pass would "
      "have to bound it by {}",
      duration_text(measured.interval.low), duration_text(measured.interval.high),
      count_text(measured.pairs), duration_text(measured.claim_ns));
}

std::string unconfirmed(const std::string& reason) {
  return "a difference was seen but could not be measured a second time: " + reason;
}

}  // namespace timing

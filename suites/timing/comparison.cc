#include "suites/timing/comparison.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "common/base/random.h"
#include "harness/timing/control.h"
#include "harness/timing/sampler.h"
#include "harness/timing/words.h"
#include "suites/timing/notes.h"

namespace suites {
namespace {

using check::Finding;
using std::chrono::milliseconds;

/// As many comparisons as the budget has to be enough for: those of one mode, each with a
/// confirmation, and the control.
constexpr int kShares = 8;

constexpr const char* kLimited =
    "it limits the rate of requests, and thousands of guesses are needed: turn the limit off for "
    "this";

timing::Rules rules_of(const check::Context& context) {
  timing::Rules rules;
  rules.cap = context.options().timing_budget / kShares;
  rules.confirmation_cap = rules.cap;
  rules.seed = random_seed();
  return rules;
}

/// The bytes of fresh requests.
std::function<std::string()> bytes_of(const check::Context& context, const base::Url& url,
                                      const std::function<wire::Request()>& make) {
  const bool own = url.origin() == context.target().url.origin();
  return [&context, own, authority = url.authority(), make] {
    wire::Request request = make();
    if (own) context.complete(request);
    return request.bytes(authority);
  };
}

timing::OpenSource opening(const check::Context& context, const base::Url& url,
                           const std::function<wire::Request()>& decoy,
                           const std::function<wire::Request()>& near) {
  return [=, &context](std::uint64_t seed) {
    return timing::open_sampler(
        {.host = url.host, .port = url.port},
        timing::make_pools(bytes_of(context, url, decoy), bytes_of(context, url, near)), seed);
  };
}

/// The two classes of the control are both of decoys: whatever tells them apart is the machine.
const timing::Control& control_of(check::Probe& probe, const Comparison& comparison) {
  check::Context& context = probe.context();
  return context.once<timing::Control>("timing.control", [&] {
    const auto open =
        opening(context, comparison.url, comparison.make_decoy, comparison.make_decoy);
    timing::Control control = timing::control(open, rules_of(context));
    probe.note(kTimingNote, note_of(control));
    return control;
  });
}

/// Sends one of each class where the report sees it. Nothing if both are refused.
std::optional<Finding> not_refused(check::Probe& probe, const Comparison& comparison) {
  for (const auto& make : {comparison.make_decoy, comparison.make_near}) {
    const wire::Exchange exchange = probe.ask(comparison.url, make());
    probe.decisive(exchange);
    const int status = exchange.status();
    if (status >= 400 && status < 500 && status != 429) continue;
    if (status >= 200 && status < 300) {
      return Finding::skipped("a wrong guess was served, which other cases judge");
    }
    return Finding::undecided(
        fmt::format("a wrong guess was not refused but {}",
                    status == 0 ? exchange.failure_text : fmt::format("answered with {}", status)));
  }
  return std::nullopt;
}

std::string towards(timing::Direction direction) {
  return direction == timing::Direction::slower ? "later" : "sooner";
}

std::string numbers(const check::Probe& probe, const timing::Result& result) {
  const timing::Measurement& m = result.measurement;
  return fmt::format("{} pairs, MDE99 {}, {}, p50 {}, seed {}", timing::count_text(m.pairs),
                     timing::duration_text(m.mde_ns),
                     probe.target().url.is_loopback() ? "loopback" : "over a network",
                     timing::duration_text(m.median_ns), timing::seed_text(result.seed));
}

/// Which of the two was answered later, and by how much.
std::string difference(const check::Probe& probe, const Comparison& comparison,
                       const timing::Result& result) {
  const timing::Measurement& m = result.measurement;
  const std::string later = towards(result.direction);
  const std::string by =
      result.quantile > 0
          ? fmt::format("{} {} around the {:.0f} % quantile, and {} in the median",
                        timing::duration_text(std::abs(result.at_quantile_ns)), later,
                        100 * result.quantile, timing::duration_text(std::abs(m.difference_ns)))
          : fmt::format("{} {} in the median", timing::duration_text(std::abs(m.difference_ns)),
                        later);
  return fmt::format("{} is refused {} than {} (99 % confidence: {} to {}; {})", comparison.near,
                     by, comparison.decoy, timing::duration_text(m.interval.low),
                     timing::duration_text(m.interval.high), numbers(probe, result));
}

std::string expected(const timing::Result& result) {
  return fmt::format("no difference of more than {} between the two refusals",
                     timing::duration_text(result.measurement.floor_ns));
}

}  // namespace

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  std::memcpy(&seed, base::random_bytes(sizeof seed).data(), sizeof seed);
  return seed;
}

std::function<wire::Request(const base::Headers&)> mcp_requests(check::Probe& probe) {
  check::Context& context = probe.context();
  const std::string id = std::to_string(context.count_exchange());
  const wire::Request plain = mcp::frame(context.framing(), probe.target().control(), id);
  return [plain](const base::Headers& headers) {
    wire::Request request = plain;
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    return request;
  };
}

Comparison mcp_comparison(check::Probe& probe, std::string name) {
  return {.name = std::move(name), .url = probe.target().url, .good_is_taken = [&probe] {
            return probe.control_accepted();
          }};
}

std::optional<Finding> cannot_be_measured(check::Probe& probe) {
  const check::Binding& binding = probe.context().binding();
  if (binding.dpop || binding.mtls) {
    return Finding::skipped("its tokens come with a proof, whose check takes longer than a guess");
  }
  if (probe.target().rate_limit) {
    return Finding::skipped(kLimited);
  }
  return std::nullopt;
}

Measured measure(check::Probe& probe, const Comparison& comparison) {
  const auto instead = [](Finding finding) { return Measured{std::move(finding), {}}; };
  if (comparison.url.scheme != "http") {
    return instead(Finding::skipped(
        "it is reached over TLS, where nobody has shown that the method works: try it over http"));
  }
  const timing::Control& control = control_of(probe, comparison);
  if (control.halt == timing::Halt::rate_limited) return instead(Finding::undecided(kLimited));
  if (!control.sound) return instead(Finding::undecided(control.reason));
  if (!comparison.good_is_taken()) {
    return instead(Finding::undecided("good credentials were refused just before"));
  }
  if (auto finding = not_refused(probe, comparison)) return instead(std::move(*finding));
  const auto open =
      opening(probe.context(), comparison.url, comparison.make_decoy, comparison.make_near);
  Measured measured{std::nullopt, timing::gate(open, rules_of(probe.context()))};
  if (!comparison.good_is_taken()) {
    return instead(Finding::undecided(
        "good credentials were refused just after: so many guesses may have locked them out"));
  }
  return measured;
}

void note(check::Probe& probe, const Comparison& comparison, const Measured& measured,
          std::string_view verdict) {
  if (measured.instead) return;
  if (verdict.empty()) verdict = timing::name_of(measured.result.verdict);
  probe.note(kTimingNote, note_of(comparison, measured.result, verdict));
}

void hide(check::Context& context, const std::string& text) {
  context.redactor().add(text);
  // In base64 three bytes are one group: the last ones of others look different where more follows.
  context.redactor().add(text.substr(0, text.size() - text.size() % 3));
}

Finding judge(const check::Probe& probe, const Comparison& comparison, const Measured& measured,
              const Harm& harm) {
  if (measured.instead) return *measured.instead;
  const timing::Result& result = measured.result;
  Finding finding;
  switch (result.verdict) {
    case timing::Verdict::pass:
      return Finding::met(fmt::format(
          "no difference > {} in median response time (99 % confidence, {}). Not proof of constant "
          "time: a comparison that stops at the first difference gives away a few nanoseconds",
          timing::duration_text(result.measurement.bound_ns), numbers(probe, result)));
    case timing::Verdict::inconclusive:
      if (result.halt != timing::Halt::oracle) return Finding::undecided(result.reason);
      finding = Finding::broken("the same answer to both", result.reason,
                                "no clock is needed to tell them apart; " + harm.reason);
      break;
    case timing::Verdict::fail:
      finding = Finding::broken(expected(result), difference(probe, comparison, result),
                                "seen on two connections with fresh guesses; " + harm.reason);
      break;
    case timing::Verdict::warn:
      finding = Finding::broken(expected(result), difference(probe, comparison, result),
                                "the difference is real, but may be too small to be of use");
      finding.level = check::Level::should;
      return finding;
  }
  finding.impact = harm.impact;
  return finding;
}

Finding compare(check::Probe& probe, const Comparison& comparison, const Harm& harm) {
  const Measured measured = measure(probe, comparison);
  note(probe, comparison, measured);
  return judge(probe, comparison, measured, harm);
}

}  // namespace suites

#include <fmt/core.h>

#include "harness/check/probe.h"

namespace check {
namespace {

using std::chrono::seconds;

/// A token that still works a day after its end is not about clock skew any more.
constexpr long long kForever = 86'400;

enum class Taken { yes, no, unknown };

Taken taken(Probe& probe, long long past) {
  const auto answer =
      probe.send({.credential = probe.carry(probe.mint(probe.good().expiring_in(seconds{-past})))});
  if (answer.kind == mcp::Kind::result) return Taken::yes;
  if (answer.kind == mcp::Kind::denied || answer.kind == mcp::Kind::rpc_error) return Taken::no;
  const int status = answer.status();
  return status >= 400 && status != 429 ? Taken::no : Taken::unknown;
}

}  // namespace

std::optional<seconds> Context::leeway(Probe& probe) {
  if (same_server_ != nullptr) return same_server_->leeway(probe);
  const std::lock_guard lock(leeway_mutex_);
  if (leeway_) return *leeway_;
  leeway_.emplace(std::nullopt);
  // `good` seconds past exp are accepted, `bad` are refused; doubling finds the range first.
  long long good = 0;
  long long bad = 1;
  while (bad < kForever) {
    const Taken answer = taken(probe, bad);
    if (answer == Taken::unknown) return std::nullopt;
    if (answer == Taken::no) break;
    good = bad;
    bad *= 2;
  }
  while (bad < kForever && bad - good > 1) {
    const long long middle = (good + bad) / 2;
    const Taken answer = taken(probe, middle);
    if (answer == Taken::unknown) return std::nullopt;
    (answer == Taken::yes ? good : bad) = middle;
  }
  leeway_ = seconds{bad < kForever ? good : kForever};
  note("leeway_s", std::to_string((*leeway_)->count()));
  return *leeway_;
}

}  // namespace check

#include "mock-idp/idp/faults.h"

#include <algorithm>
#include <utility>

namespace idp {
namespace {

constexpr std::size_t kMaxFaults = 1000;

bool concerns(const PlantedFault& fault, std::string_view issuer, std::string_view endpoint) {
  return (fault.issuer.empty() || fault.issuer == issuer) &&
         (fault.endpoint == "*" || fault.endpoint == endpoint);
}

}  // namespace

std::string Faults::plant(PlantedFault fault) {
  const std::lock_guard lock(mutex_);
  if (planted_.size() >= kMaxFaults) return {};
  fault.id = "fault-" + std::to_string(++last_);
  planted_.push_back(std::move(fault));
  count_ = planted_.size();
  return planted_.back().id;
}

std::optional<Misbehaviour> Faults::take(std::string_view issuer, std::string_view endpoint) {
  if (count_ == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  for (auto fault = planted_.begin(); fault != planted_.end(); ++fault) {
    if (!concerns(*fault, issuer, endpoint)) continue;
    if (fault->after > 0) {
      --fault->after;
      continue;
    }
    ++fault->hits;
    Misbehaviour does = fault->does;
    does.name = fault->id + " " + does.name;
    if (fault->times && --*fault->times <= 0) {
      planted_.erase(fault);
      count_ = planted_.size();
    }
    return does;
  }
  return std::nullopt;
}

std::vector<PlantedFault> Faults::list() const {
  const std::lock_guard lock(mutex_);
  return planted_;
}

bool Faults::remove(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto removed =
      std::erase_if(planted_, [&](const PlantedFault& one) { return one.id == id; });
  count_ = planted_.size();
  return removed > 0;
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  planted_.clear();
  count_ = 0;
}

}  // namespace idp

#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "mock-idp/idp/grants.h"

namespace idp {

/// What a device may show somebody (RFC 8628, section 3.2).
struct DeviceCodes {
  std::string device_code;
  std::string user_code;  ///< "WDJB-MJHT"
};

/// The devices that wait for somebody to allow them something, by the provider's clock: ten minutes
/// each, asking every five seconds. Ten thousand at most, the oldest go first. Thread-safe.
class Devices {
 public:
  static constexpr std::chrono::seconds kLife{600};
  static constexpr std::chrono::seconds kInterval{5};

  explicit Devices(const base::Clock& clock) : clock_(clock) {}

  /// `wanted` has no subject yet; one that has is allowed without asking anybody.
  DeviceCodes begin(std::string issuer, Granted wanted);
  /// What the device with that user code wants, as long as nobody has decided. Case and whatever
  /// is between the letters do not matter.
  std::optional<Granted> find(std::string_view user_code, std::string_view issuer) const;
  /// Somebody has decided: `allowed` has a subject, nothing is a refusal. False where no device
  /// waits under that code.
  bool decide(std::string_view user_code, std::string_view issuer, std::optional<Granted> allowed);
  /// What was allowed; works once. The errors are those of RFC 8628, section 3.5:
  /// `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, else `invalid_grant`.
  Read<Granted> ask(const std::string& device_code, std::string_view issuer,
                    std::string_view client_id);
  void clear();

 private:
  struct Device {
    std::string issuer;
    Granted granted;
    std::string user_code;  ///< letters only
    base::Time expires;
    std::optional<base::Time> asked;
    std::chrono::seconds interval = kInterval;
    enum class State { waiting, allowed, denied } state = State::waiting;
  };
  /// The device that waits under that code; null where there is none.
  const Device* waiting(std::string_view user_code, std::string_view issuer) const;
  void forget_oldest();

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Device> devices_;       ///< by device code
  std::map<std::string, std::string> by_user_;  ///< device codes by user code
  std::deque<std::string> order_;
};

}  // namespace idp

#include "mock-idp/idp/devices.h"

#include <utility>

#include "common/base/base64.h"
#include "common/base/random.h"
#include "common/base/text.h"

namespace idp {
namespace {

constexpr std::size_t kMaxDevices = 10'000;
constexpr std::size_t kDeviceCodeBytes = 32;
/// Without vowels, so that no code is a word (RFC 8628, section 6.1).
constexpr std::string_view kLetters = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t kUserCodeLetters = 8;

/// The letters of a user code, evenly chosen.
std::string random_letters() {
  constexpr auto kEven = static_cast<unsigned char>(256 / kLetters.size() * kLetters.size());
  std::string code;
  while (code.size() < kUserCodeLetters) {
    for (const char byte : base::random_bytes(kUserCodeLetters)) {
      const auto value = static_cast<unsigned char>(byte);
      if (value < kEven && code.size() < kUserCodeLetters) {
        code += kLetters[value % kLetters.size()];
      }
    }
  }
  return code;
}

std::string letters_of(std::string_view user_code) {
  std::string letters;
  for (const char c : base::to_upper(user_code)) {
    if (kLetters.find(c) != std::string_view::npos) letters += c;
  }
  return letters;
}

}  // namespace

DeviceCodes Devices::begin(std::string issuer, Granted wanted) {
  DeviceCodes codes{base::base64url_encode(base::random_bytes(kDeviceCodeBytes)), {}};
  Device device{
      .issuer = std::move(issuer), .granted = std::move(wanted), .expires = clock_.now() + kLife};
  if (!device.granted.subject.empty()) device.state = Device::State::allowed;
  const std::lock_guard lock(mutex_);
  forget_oldest();
  do {
    device.user_code = random_letters();
  } while (by_user_.count(device.user_code) > 0);
  codes.user_code = device.user_code.substr(0, kUserCodeLetters / 2) + "-" +
                    device.user_code.substr(kUserCodeLetters / 2);
  by_user_[device.user_code] = codes.device_code;
  order_.push_back(codes.device_code);
  devices_[codes.device_code] = std::move(device);
  return codes;
}

void Devices::forget_oldest() {
  while (order_.size() >= kMaxDevices) {
    const auto found = devices_.find(order_.front());
    if (found != devices_.end()) {
      by_user_.erase(found->second.user_code);
      devices_.erase(found);
    }
    order_.pop_front();
  }
}

const Devices::Device* Devices::waiting(std::string_view user_code, std::string_view issuer) const {
  const auto code = by_user_.find(letters_of(user_code));
  if (code == by_user_.end()) return nullptr;
  const auto found = devices_.find(code->second);
  if (found == devices_.end()) return nullptr;
  const Device& device = found->second;
  const bool waits = device.issuer == issuer && device.state == Device::State::waiting &&
                     clock_.now() < device.expires;
  return waits ? &device : nullptr;
}

std::optional<Granted> Devices::find(std::string_view user_code, std::string_view issuer) const {
  const std::lock_guard lock(mutex_);
  const Device* const device = waiting(user_code, issuer);
  if (device == nullptr) return std::nullopt;
  return device->granted;
}

bool Devices::decide(std::string_view user_code, std::string_view issuer,
                     std::optional<Granted> allowed) {
  const std::lock_guard lock(mutex_);
  if (waiting(user_code, issuer) == nullptr) return false;
  Device& device = devices_.at(by_user_.at(letters_of(user_code)));
  device.state = allowed ? Device::State::allowed : Device::State::denied;
  if (allowed) device.granted = std::move(*allowed);
  return true;
}

Read<Granted> Devices::ask(const std::string& device_code, std::string_view issuer,
                           std::string_view client_id) {
  const std::lock_guard lock(mutex_);
  const auto found = devices_.find(device_code);
  if (found == devices_.end() || found->second.issuer != issuer) {
    return refuse("invalid_grant", "there is no such device code");
  }
  Device& device = found->second;
  if (device.granted.client_id != client_id) {
    return refuse("invalid_grant", "the device code was given to another client");
  }
  const base::Time now = clock_.now();
  if (now >= device.expires) return refuse("expired_token", "the device code has expired");
  if (device.state == Device::State::denied) {
    return refuse("access_denied", "the user does not want it");
  }
  if (device.state == Device::State::allowed) {
    Granted granted = std::move(device.granted);
    by_user_.erase(device.user_code);
    devices_.erase(found);
    return granted;
  }
  const bool hasty = device.asked && now < *device.asked + device.interval;
  device.asked = now;
  if (!hasty) return refuse("authorization_pending", "nobody has decided yet");
  device.interval += kInterval;
  return refuse("slow_down", "five seconds more between two requests");
}

void Devices::clear() {
  const std::lock_guard lock(mutex_);
  devices_.clear();
  by_user_.clear();
  order_.clear();
}

}  // namespace idp

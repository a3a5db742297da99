#include "mock-idp/idp/baits.h"

#include <fmt/core.h>

#include <utility>

#include "common/base/random.h"

namespace idp {
namespace {

constexpr std::size_t kMaxBaits = 10'000;
constexpr std::size_t kBaitBytes = 16;
constexpr std::string_view kBaits = "/bait/";
constexpr const char* kOtherAddresses[] = {"127.0.0.2", "::1"};

}  // namespace

std::string Baits::make(bool redirect) {
  std::string path = std::string(kBaits) + base::random_hex(kBaitBytes);
  const std::lock_guard lock(mutex_);
  while (order_.size() >= kMaxBaits) {
    baits_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(path);
  baits_[path] = {path, redirect, 0};
  return path;
}

std::optional<Bait> Baits::hit(std::string_view path) {
  const std::size_t end = path.find('/', kBaits.size());
  const std::lock_guard lock(mutex_);
  const auto found = baits_.find(path.substr(0, end));
  if (found == baits_.end()) return std::nullopt;
  ++found->second.hits;
  return found->second;
}

std::vector<Bait> Baits::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Bait> all;
  for (const std::string& path : order_) all.push_back(baits_.at(path));
  return all;
}

void Baits::clear() {
  const std::lock_guard lock(mutex_);
  baits_.clear();
  order_.clear();
}

BaitListeners::BaitListeners(http::Handler handler, const base::Clock& clock)
    : handler_([answer = std::move(handler)](const http::Request& request) {
        const bool is_bait = request.path.rfind(kBaits, 0) == 0;
        return is_bait ? answer(request) : http::Response::json(404, R"({"error":"not_found"})");
      }),
      clock_(clock) {}

std::vector<std::string> BaitListeners::origins(std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(started_, true)) {
    for (const char* address : kOtherAddresses) {
      http::ServerOptions options;
      options.host = address;
      options.port = port;
      options.clock = &clock_;
      auto server = http::Server::start(handler_, options);
      options.port = 0;
      if (!server) server = http::Server::start(handler_, options);
      if (server) servers_.push_back(std::move(*server));
    }
  }
  std::vector<std::string> all;
  for (const auto& server : servers_) all.push_back(server->origin());
  return all;
}

void BaitListeners::stop() {
  const std::lock_guard lock(mutex_);
  started_ = true;
  servers_.clear();
}

std::vector<std::string> spellings_of_loopback(std::uint16_t port) {
  std::vector<std::string> all;
  for (const char* host : {"localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
                           "0.0.0.0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"}) {
    all.push_back(fmt::format("http://{}:{}", host, port));
  }
  return all;
}

}  // namespace idp

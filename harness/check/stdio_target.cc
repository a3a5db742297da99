#include "harness/check/stdio_target.h"

#include <algorithm>
#include <utility>

namespace check {
namespace {

using std::chrono::milliseconds;

/// A server that ends again and again is not worth more.
constexpr int kMaxRestarts = 30;
constexpr std::size_t kMaxWritten = 256UL << 10;
constexpr std::size_t kMaxGarbage = 20;

}  // namespace

mcp::StartPeer StdioTarget::starting(const Secrets& secrets) const {
  return [this, &secrets]() -> base::Result<std::unique_ptr<mcp::StdioPeer>> {
    auto options = spawning_(secrets);
    if (!options) return tl::unexpected(options.error());
    return mcp::StdioPeer::start(std::move(*options), [this] { return cancelled_.load(); });
  };
}

mcp::Greeting StdioTarget::begin(std::optional<mcp::Revision> only) {
  auto met = mcp::greet_stdio(starting(secrets_), only, start_timeout_);
  const std::lock_guard lock(mutex_);
  if (met.peer != nullptr) peer_ = std::move(met.peer);
  revision_ = met.greeting.revision;
  return met.greeting;
}

mcp::StdioGreeting StdioTarget::start(const Secrets& secrets,
                                      std::optional<mcp::Revision> only) const {
  return mcp::greet_stdio(starting(secrets), only, start_timeout_);
}

mcp::Answer StdioTarget::exchange(std::string_view message, std::string_view id,
                                  base::Deadline deadline) {
  std::shared_ptr<mcp::StdioPeer> peer;
  {
    const std::lock_guard lock(mutex_);
    if (peer_ == nullptr || peer_->process().ended()) {
      if (peer_ != nullptr) keep(*peer_);
      if (++restarts_ <= kMaxRestarts) {
        auto met = mcp::greet_stdio(starting(secrets_), revision_, start_timeout_);
        if (met.peer != nullptr) peer_ = std::move(met.peer);
      }
    }
    peer = peer_;
  }
  if (peer != nullptr) return peer->exchange(message, id, deadline);
  mcp::Answer answer;
  answer.exchange.url = mcp::kStdioUrl;
  answer.exchange.failure = wire::Failure::unreachable;
  answer.exchange.failure_text = "the server could not be started";
  return answer;
}

void StdioTarget::finished(std::unique_ptr<mcp::StdioPeer> peer) {
  if (peer == nullptr) return;
  peer->process().stop(milliseconds{200});
  const std::lock_guard lock(mutex_);
  keep(*peer);
}

void StdioTarget::keep(const mcp::StdioPeer& peer) {
  for (const std::string& line : peer.garbage()) {
    if (garbage_.size() < kMaxGarbage) garbage_.push_back(line);
  }
  written_ += peer.process().output() + peer.stray_output();
  if (written_.size() > kMaxWritten) written_.erase(0, written_.size() - kMaxWritten);
}

std::vector<std::string> StdioTarget::garbage() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines = garbage_;
  if (peer_ != nullptr) {
    for (const std::string& line : peer_->garbage()) lines.push_back(line);
  }
  return lines;
}

std::string StdioTarget::written() const {
  const std::lock_guard lock(mutex_);
  if (peer_ == nullptr) return written_;
  return written_ + peer_->process().output() + peer_->stray_output();
}

std::string StdioTarget::output() const {
  const std::lock_guard lock(mutex_);
  return peer_ == nullptr ? "" : peer_->process().output();
}

std::vector<std::string> StdioTarget::command_lines() const {
  const std::lock_guard lock(mutex_);
  return peer_ == nullptr ? std::vector<std::string>{} : peer_->process().command_lines();
}

}  // namespace check

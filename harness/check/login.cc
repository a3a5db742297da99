#include <fmt/core.h>

#include <chrono>

#include "common/base/text.h"
#include "harness/check/context.h"

namespace check {
namespace {

/// How long a token is used whose life nobody told.
constexpr std::chrono::seconds kUnknownLife{120};

}  // namespace

base::Result<Documents*> Context::documents() {
  if (same_server_ != nullptr) return same_server_->documents();
  const std::lock_guard lock(mutex_);
  if (!documents_) {
    auto started = Documents::start();
    if (!started) return tl::unexpected(started.error());
    documents_ = std::move(*started);
  }
  return documents_.get();
}

const base::Clock& Context::target_clock() const {
  if (options_.shared_clock != nullptr) return *options_.shared_clock;
  return base::system_clock();
}

std::optional<wire::Exchange> Context::withheld(const base::Url& url,
                                                const wire::Request& request) const {
  const std::string origin = url.origin();
  const bool named =
      origin == target_.url.origin() || base::contains(options_.trusted_origins, origin);
  const std::string bytes = named ? std::string() : request.bytes(url.authority());
  if (options_.redactor->apply(bytes) == bytes) return std::nullopt;
  return wire::Exchange{
      .url = origin + url.target(),
      .failure = wire::Failure::unreachable,
      .failure_text =
          fmt::format("your secret is not sent to {0} (--trust-origin {0} allows that)", origin)};
}

wire::Exchange Context::ask(const base::Url& url, wire::Request request) {
  if (url.origin() == target_.url.origin()) complete(request);
  if (auto unsent = withheld(url, request)) return std::move(*unsent);
  wire::Connection connection(url, options_.tls);
  count_exchange();
  return connection.exchange(request, request_deadline());
}

base::Result<void> Context::log_in() {
  const oauth::Ask sender = [this](const base::Url& url, wire::Request request) {
    return ask(url, std::move(request));
  };
  auto session = oauth::log_in(sender, options_.url, base::join(target_.scopes, " "));
  if (!session) return tl::unexpected(session.error());
  const std::lock_guard lock(mutex_);
  login_ = std::move(*session);
  token_ = login_->tokens.access_token;
  token_minted_ = idp_.clock().now();
  return {};
}

/// The access token of the login, a new one once half of its life is over.
std::string Context::login_token() {
  const base::Time now = idp_.clock().now();
  const std::lock_guard lock(mutex_);
  if (!login_) return {};
  const std::chrono::seconds told{login_->tokens.expires_in};
  const auto life = told.count() > 0 ? told : kUnknownLife;
  if (now < token_minted_ + life / 2) return token_;
  const oauth::Ask sender = [this](const base::Url& url, wire::Request request) {
    return ask(url, std::move(request));
  };
  auto tokens = oauth::authorize(sender, login_->server, login_->client,
                                 base::join(target_.scopes, " "), decide());
  if (!tokens) return token_;
  login_->tokens = std::move(*tokens);
  token_ = login_->tokens.access_token;
  token_minted_ = now;
  return token_;
}

}  // namespace check

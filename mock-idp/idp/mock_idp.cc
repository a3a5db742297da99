#include "mock-idp/idp/mock_idp.h"

#include <fmt/core.h>

#include <latch>
#include <stdexcept>
#include <utility>

#include "common/base/random.h"
#include "common/base/url.h"
#include "mock-idp/idp/control.h"
#include "mock-idp/idp/https.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

constexpr std::size_t kAdminTokenBytes = 24;

bool is_anywhere(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

bool is_loopback_host(const std::string& host) {
  const bool v6 = host.find(':') != std::string::npos;
  const auto url = base::parse_url("http://" + (v6 ? "[" + host + "]" : host));
  return url && url->is_loopback();
}

/// Where clients on this machine reach the server: an address to listen on is not always one to
/// connect to.
std::string reachable_origin(const http::Server& server, const Options& options) {
  if (!options.origin.empty()) return options.origin;
  if (!is_anywhere(options.host)) return server.origin();
  return fmt::format("{}://127.0.0.1:{}", options.https ? "https" : "http", server.port());
}

base::Result<void> check_options(const Options& options) {
  for (const StartCommand& start : options.at_start) {
    // It would come back to itself.
    if (start.command == "POST /reset") return base::fail(start.where + " cannot reset");
  }
  for (const std::string& alg : options.algorithms) {
    if (auto key = jose::Key::from_pool(alg, options.pool_index); !key) {
      return tl::unexpected(key.error());
    }
  }
  if (options.algorithms.empty()) return base::fail("the provider needs a signing algorithm");
  if (options.origin.empty()) return {};
  const auto url = base::parse_url(options.origin);
  if (!url) return base::fail(options.origin + ": " + url.error().message);
  if (url->origin() == options.origin) return {};
  return base::fail(options.origin + ": an origin is scheme, host and port, as in " +
                    url->origin());
}

/// Who reaches a provider from elsewhere is a stranger until he shows a token.
std::string admin_token_of(const Options& options) {
  if (!options.admin_token.empty() || is_loopback_host(options.host)) return options.admin_token;
  return base::random_hex(kAdminTokenBytes);
}

/// What has to be so before the first client is answered.
base::Result<void> begin(Provider& provider) {
  const std::string& directory = provider.options.key_directory;
  if (!directory.empty()) {
    auto store = KeyStore::open(directory);
    if (!store) return tl::unexpected(store.error());
    provider.key_store = std::move(*store);
  }
  return provider.obey_start();
}

}  // namespace

struct MockIdp::Impl {
  explicit Impl(Options options) : provider(std::move(options)) {}
  static base::Result<std::unique_ptr<Impl>> start(Options options);
  Provider provider;
  std::latch origin_known{1};
  std::uint16_t port = 0;
  std::unique_ptr<http::Server> server;  // last, so that it ends before what it serves
};

base::Result<std::unique_ptr<MockIdp::Impl>> MockIdp::Impl::start(Options options) {
  if (auto good = check_options(options); !good) return tl::unexpected(good.error());
  auto impl = std::make_unique<Impl>(std::move(options));
  Provider& provider = impl->provider;
  provider.admin_token = admin_token_of(provider.options);
  http::ServerOptions listen;
  listen.host = provider.options.host;
  listen.port = provider.options.port;
  listen.clock = &provider.clock;
  if (provider.options.https) {
    auto https = open_https(provider.options);
    if (!https) return tl::unexpected(https.error());
    listen.tls = std::move(https->acceptor);
    provider.ca_certificate = std::move(https->ca_certificate);
  }
  // The origin is known only when the port is, and a client may be faster than we are.
  auto server = http::Server::start(
      [&provider, &known = impl->origin_known](const http::Request& request) {
        known.wait();
        return serve(provider, request);
      },
      listen);
  if (!server) return tl::unexpected(server.error());
  impl->server = std::move(*server);
  provider.origin = reachable_origin(*impl->server, provider.options);
  if (auto begun = begin(provider); !begun) {
    impl->origin_known.count_down();
    return tl::unexpected(begun.error());
  }
  impl->origin_known.count_down();
  impl->port = impl->server->port();
  return impl;
}

MockIdp::MockIdp(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MockIdp::MockIdp(Options options) {
  auto impl = Impl::start(std::move(options));
  if (!impl) throw std::runtime_error("mock identity provider: " + impl.error().message);
  impl_ = std::move(*impl);
}

base::Result<std::unique_ptr<MockIdp>> MockIdp::start(Options options) {
  auto impl = Impl::start(std::move(options));
  if (!impl) return tl::unexpected(impl.error());
  return std::unique_ptr<MockIdp>(new MockIdp(std::move(*impl)));
}

MockIdp::~MockIdp() { stop(); }
const std::string& MockIdp::origin() const { return impl_->provider.origin; }
std::uint16_t MockIdp::port() const { return impl_->port; }
Issuer& MockIdp::issuer(std::string_view name) { return impl_->provider.make_issuer(name); }
Journal& MockIdp::journal() { return impl_->provider.journal; }
base::AdjustableClock& MockIdp::clock() { return impl_->provider.clock; }
std::string MockIdp::bait() { return origin() + impl_->provider.baits.make(); }
void MockIdp::answer_upstream_with(int status) { impl_->provider.upstream_status = status; }
void MockIdp::close_port() { impl_->server->close_port(); }
base::Result<void> MockIdp::open_port() { return impl_->server->open_port(); }
Provider& MockIdp::provider() { return impl_->provider; }
const std::string& MockIdp::admin_token() const { return impl_->provider.admin_token; }
const std::string& MockIdp::ca_certificate() const { return impl_->provider.ca_certificate; }

base::Result<std::string> MockIdp::control(std::string_view command, std::string_view json) {
  const std::size_t blank = command.find(' ');
  if (blank == std::string_view::npos) return base::fail("a command is a method and a path");
  auto answer = obey(impl_->provider, command.substr(0, blank), command.substr(blank + 1), json);
  if (answer) return std::move(answer->body);
  const Refusal& refusal = answer.error();
  return base::fail(refusal.where.empty() ? refusal.message
                                          : refusal.where + " " + refusal.message);
}

void MockIdp::stop() {
  impl_->provider.stopping = true;
  impl_->provider.bait_listeners.stop();
  impl_->server->stop();
}

}  // namespace idp

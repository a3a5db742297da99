#include "mock-idp/idp/mock_idp.h"

#include <latch>
#include <stdexcept>
#include <utility>

#include "common/base/random.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

/// Where clients on this machine reach the server: an address to listen on is not always one to
/// connect to.
std::string reachable_origin(const http::Server& server, const std::string& host) {
  const bool anywhere = host == "0.0.0.0" || host == "::";
  return anywhere ? "http://127.0.0.1:" + std::to_string(server.port()) : server.origin();
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
  for (const std::string& alg : options.algorithms) {
    if (auto key = jose::Key::from_pool(alg, options.pool_index); !key) {
      return tl::unexpected(key.error());
    }
  }
  if (options.algorithms.empty()) return base::fail("the provider needs a signing algorithm");
  auto impl = std::make_unique<Impl>(std::move(options));
  Provider& provider = impl->provider;
  http::ServerOptions listen;
  listen.host = provider.options.host;
  listen.port = provider.options.port;
  listen.clock = &provider.clock;
  // The origin is known only when the port is, and a client may be faster than we are.
  auto server = http::Server::start(
      [&provider, &known = impl->origin_known](const http::Request& request) {
        known.wait();
        return serve(provider, request);
      },
      listen);
  if (!server) return tl::unexpected(server.error());
  impl->server = std::move(*server);
  provider.origin = reachable_origin(*impl->server, provider.options.host);
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
std::string MockIdp::bait() { return origin() + "/bait/" + base::random_hex(16); }
void MockIdp::answer_upstream_with(int status) { impl_->provider.upstream_status = status; }
Provider& MockIdp::provider() { return impl_->provider; }
void MockIdp::stop() { impl_->server->stop(); }

}  // namespace idp

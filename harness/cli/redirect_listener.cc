#include "harness/cli/redirect_listener.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cli {
namespace {

constexpr std::uint16_t kHttpPort = 80;

http::Response page(int status, const char* text) {
  http::Response response = http::Response::text(status, std::string(text) + "\n");
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  return response;
}

}  // namespace

base::Result<std::unique_ptr<RedirectListener>> RedirectListener::start(
    const std::string& redirect_uri, std::string state) {
  const auto url = base::parse_url(redirect_uri);
  if (!url) return tl::unexpected(url.error());
  if (url->scheme != "http" || !url->is_loopback()) {
    return base::fail(redirect_uri + " is not http on this machine, so nobody can listen there");
  }
  std::unique_ptr<RedirectListener> listener(new RedirectListener(url->path, std::move(state)));
  http::ServerOptions options;
  options.host = url->host == "localhost" ? "127.0.0.1" : url->host;
  // RFC 8252, section 7.3: the port is chosen when somebody listens.
  const bool any_port = url->port == kHttpPort;
  options.port = any_port ? std::uint16_t{0} : url->port;
  options.max_connections = 16;
  auto* const self = listener.get();
  auto server = http::Server::start(
      [self](const http::Request& request) { return self->answer(request); }, options);
  if (!server) return tl::unexpected(server.error());
  listener->server_ = std::move(*server);
  const bool v6 = url->host.find(':') != std::string::npos;
  listener->redirect_uri_ = fmt::format("http://{}:{}{}", v6 ? "[" + url->host + "]" : url->host,
                                        listener->server_->port(), url->path);
  return listener;
}

RedirectListener::~RedirectListener() {
  if (server_ != nullptr) server_->stop();
}

http::Response RedirectListener::answer(const http::Request& request) {
  if (request.path != path_) return page(404, "There is nothing here.");
  if (request.method != "GET") return page(405, "Only GET is of use here.");
  base::FormFields fields = base::parse_form(request.query);
  if (base::form_value(fields, "state") != state_) {
    return page(400, "This is not the login that began here.");
  }
  const std::lock_guard lock(mutex_);
  if (answer_) return page(400, "This login is over.");
  const bool good = !base::form_value(fields, "code").empty();
  answer_ = std::move(fields);
  arrived_.notify_all();
  return good ? page(200, "You are logged in, and can close this page.")
              : page(200, "The login did not come about. You can close this page.");
}

std::optional<base::FormFields> RedirectListener::wait(base::Deadline deadline) {
  std::unique_lock lock(mutex_);
  arrived_.wait_until(lock, deadline.at(), [&] { return answer_.has_value(); });
  return answer_;
}

}  // namespace cli

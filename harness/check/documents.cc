#include "harness/check/documents.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "common/base/random.h"
#include "common/http/server.h"

namespace check {

struct Documents::Impl {
  struct Entry {
    Published document;
    std::size_t hits = 0;
  };
  mutable std::mutex mutex;
  std::map<std::string, Entry> entries;  ///< by path
  std::unique_ptr<http::Server> server;  // last, so that it ends before what it serves

  http::Response answer(const http::Request& request) {
    const std::lock_guard lock(mutex);
    const auto found = entries.find(request.path);
    if (found == entries.end()) return http::Response::text(404, "There is nothing here\n");
    ++found->second.hits;
    const Published& document = found->second.document;
    http::Response response;
    response.status = document.status;
    response.headers = document.headers;
    response.body = document.body;
    return response;
  }
  std::string path_of(const std::string& url) const {
    return url.substr(std::min(url.size(), server->origin().size()));
  }
};

base::Result<std::unique_ptr<Documents>> Documents::start(const std::string& host) {
  auto impl = std::make_unique<Impl>();
  http::ServerOptions listen;
  listen.host = host;
  auto server = http::Server::start(
      [raw = impl.get()](const http::Request& request) { return raw->answer(request); }, listen);
  if (!server) return tl::unexpected(server.error());
  impl->server = std::move(*server);
  return std::unique_ptr<Documents>(new Documents(std::move(impl)));
}

Documents::Documents(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Documents::~Documents() = default;

std::string Documents::reserve(const std::string& name) {
  const std::string path = "/" + base::random_hex(16) + "/" + name;
  const std::lock_guard lock(impl_->mutex);
  impl_->entries[path].document = {.status = 404};
  return impl_->server->origin() + path;
}

void Documents::put(const std::string& url, Published document) {
  const std::lock_guard lock(impl_->mutex);
  impl_->entries[impl_->path_of(url)].document = std::move(document);
}

std::size_t Documents::hits(const std::string& url) const {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->entries.find(impl_->path_of(url));
  return found == impl_->entries.end() ? 0 : found->second.hits;
}

}  // namespace check

#include "mock-idp/idp/documents.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "common/base/address.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "common/http/client.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

constexpr std::chrono::milliseconds kFetchTime{2'500};
constexpr std::size_t kMaxDocuments = 1'000;
/// One request asks for a document several times; it is fetched once.
constexpr long long kMinAge = 2;
constexpr long long kMaxAge = 24LL * 60 * 60;

bool is_this_machine(const base::Url& url) {
  return url.host == "127.0.0.1" || url.host == "::1" || url.host == "localhost";
}

bool is_for_this_machine_alone(const Call& call) {
  const auto own = base::parse_url(call.provider.origin);
  return own && own->is_loopback();
}

/// Our own endpoints fetch in turn, and a URL can hold a URL.
bool is_own_endpoint(const Call& call, const base::Url& url) {
  const auto own = base::parse_url(call.provider.origin);
  return own && url.port == own->port && (is_this_machine(url) || url.host == own->host) &&
         url.path.rfind("/i/", 0) == 0;
}

/// Names are resolved again for the connection. One that has another answer then gets no request:
/// nothing but this machine is asked without TLS, and who answers has to have its certificate.
base::Result<void> check_place(const Call& call, const base::Url& url) {
  if (is_own_endpoint(call, url)) return base::fail("an endpoint of the provider is no document");
  if (call.weak(Weakness::document_from_private_address)) return {};
  if (is_this_machine(url)) {
    if (is_for_this_machine_alone(call)) return {};
    return base::fail("documents of this machine are fetched only by a provider for it alone");
  }
  if (url.scheme != "https") return base::fail("it has to be https");
  const auto addresses = base::addresses_of(url.host);
  if (!addresses) return tl::unexpected(addresses.error());
  const bool global =
      !addresses->empty() && std::all_of(addresses->begin(), addresses->end(), [](const auto& one) {
        return base::address_kind(one) == base::AddressKind::global;
      });
  if (!global) return base::fail("its address is private");
  return {};
}

bool is_json(const http::ClientResponse& response) {
  const std::string* const type = base::find_header(response.headers, "Content-Type");
  if (type == nullptr) return false;
  const std::string media =
      base::to_lower(base::trim(std::string_view(*type).substr(0, type->find(';'))));
  return media == "application/json" || (media.rfind("application/", 0) == 0 && media.size() > 5 &&
                                         media.compare(media.size() - 5, 5, "+json") == 0);
}

/// How long the answer may be kept (RFC 9111, section 5.2.2), in seconds.
long long lifetime_of(const http::ClientResponse& response) {
  long long seconds = 0;
  for (const std::string& field : base::all_headers(response.headers, "Cache-Control")) {
    for (const std::string& part : base::split(field, ',')) {
      const std::string directive = base::to_lower(base::trim(part));
      if (directive == "no-store" || directive == "no-cache") return kMinAge;
      constexpr std::string_view kAge = "max-age=";
      if (directive.rfind(kAge, 0) != 0) continue;
      const char* const end = directive.data() + directive.size();
      if (std::from_chars(directive.data() + kAge.size(), end, seconds).ec != std::errc()) {
        return kMinAge;
      }
    }
  }
  return std::clamp(seconds, kMinAge, kMaxAge);
}

base::Result<http::ClientResponse> fetch_document(const Call& call, const std::string& url,
                                                  std::size_t max_bytes) {
  const auto parsed = base::parse_url(url);
  if (!parsed) return tl::unexpected(parsed.error());
  if (auto good = check_place(call, *parsed); !good) return tl::unexpected(good.error());
  auto response = http::fetch({.url = url, .headers = {{"Accept", "application/json"}}},
                              base::Deadline::after(kFetchTime), max_bytes);
  if (!response) return response;
  if (response->status != 200) {
    return base::fail(fmt::format("{} answers {}", url, response->status));
  }
  if (!is_json(*response)) return base::fail(url + " is not application/json");
  return response;
}

}  // namespace

base::Result<void> check_document_url(const std::string& url) {
  const auto parsed = base::parse_url(url);
  if (!parsed) return tl::unexpected(parsed.error());
  if (parsed->has_userinfo) return base::fail("it names a user");
  if (parsed->has_fragment) return base::fail("it has a fragment");
  if (parsed->scheme != "https" && !parsed->is_loopback()) {
    return base::fail("http is for this machine only");
  }
  return {};
}

base::Result<std::string> Documents::get(const Call& call, const std::string& url,
                                         DocumentKind kind, bool fresh) {
  // What one issuer may fetch another may not.
  const std::string key = call.issuer->name() + " " + url;
  if (!fresh) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(key);
    if (found != kept_.end() && clock_.now() < found->second.until) return found->second.text;
  }
  auto response = fetch_document(call, url, kind.max_bytes);
  if (!response) {
    return base::fail(fmt::format("{}: {}", kind.name, response.error().message));
  }
  keep(key, response->body, lifetime_of(*response));
  return std::move(response->body);
}

void Documents::keep(const std::string& key, const std::string& text, long long seconds) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(key);
  if (found != kept_.end()) {
    found->second = {text, clock_.now() + std::chrono::seconds(seconds)};
    return;
  }
  while (order_.size() >= kMaxDocuments) {
    kept_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(key);
  kept_[key] = {text, clock_.now() + std::chrono::seconds(seconds)};
}

void Documents::clear() {
  const std::lock_guard lock(mutex_);
  kept_.clear();
  order_.clear();
}

}  // namespace idp

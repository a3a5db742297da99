#include "harness/run/reach.h"

#include <fmt/core.h>

#include <algorithm>
#include <thread>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/oauth/browser.h"

namespace run {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kOneAnswer{2'000};  ///< for one answer
constexpr milliseconds kSlice{20};
constexpr milliseconds kPause{200};  ///< between two knocks at a server that is not ready
constexpr std::size_t kLongestLocation = 200;
constexpr std::string_view kMetadata = "/.well-known/oauth-protected-resource";

std::string text_of(const base::Url& url) { return url.origin() + url.target(); }

bool redirects(const wire::Exchange& exchange) {
  const int status = exchange.status();
  return status == 301 || status == 302 || status == 307 || status == 308;
}

bool is_page(const wire::Response& response) {
  const std::string* type = response.header("Content-Type");
  return type != nullptr && base::to_lower(*type).find("html") != std::string::npos;
}

/// What answers like an endpoint and not like the page where a user logs in.
bool may_be_endpoint(const wire::Exchange& exchange) {
  if (!exchange.response || redirects(exchange)) return false;
  const int status = exchange.status();
  return status != 404 && status < 500 && !is_page(*exchange.response);
}

wire::Exchange get(const base::Url& url, const Knocking& how) {
  wire::Connection connection(url, how.tls);
  wire::Request request{.target = url.target(), .headers = how.headers};
  request.headers.push_back({"Accept", "application/json"});
  return connection.exchange(request, base::Deadline::after(kOneAnswer));
}

/// What the resource calls itself (RFC 9728, section 2); empty where it has no metadata.
std::string name_of_resource(const base::Url& old_url, const base::Url& new_url,
                             const wire::Exchange& answer, const Knocking& how) {
  std::vector<std::string> places;
  for (const mcp::Challenge& challenge : mcp::read_challenges(*answer.response)) {
    const std::string* named = challenge.parameter("resource_metadata");
    if (named != nullptr) places.push_back(*named);
  }
  for (const base::Url* url : {&new_url, &old_url}) {
    places.push_back(url->origin() + std::string(kMetadata) + url->path);
  }
  places.push_back(new_url.origin() + std::string(kMetadata));
  for (const std::string& place : places) {
    const auto url = base::parse_url(place);
    if (!url || url->origin() != new_url.origin()) continue;
    const wire::Exchange exchange = get(*url, how);
    if (exchange.status() != 200) continue;
    const auto metadata = base::parse_json(exchange.response->body);
    if (metadata && metadata->is_object()) return base::text_member(*metadata, "resource");
  }
  return {};
}

/// Where a redirect leads, if that is the same host and not back from https to http.
std::optional<base::Url> destination(const base::Url& url, const wire::Exchange& exchange) {
  const std::string* location = exchange.response->header("Location");
  if (location == nullptr) return std::nullopt;
  auto next = base::parse_url(oauth::resolve(text_of(url), *location));
  if (!next || next->has_userinfo || next->has_fragment || next->host != url.host) {
    return std::nullopt;
  }
  const bool upgrade = url.scheme == "http" && next->scheme == "https";
  if (!upgrade && next->origin() != url.origin()) return std::nullopt;
  if (!upgrade && next->target() == url.target()) return std::nullopt;
  return *next;
}

Reached with_unfollowed(Reached reached, const wire::Exchange& redirect) {
  const std::string* location = redirect.response->header("Location");
  if (location == nullptr || location->empty()) return reached;
  reached.notes.push_back(fmt::format(
      "{} redirects to {} ({}), which is not followed: only the endpoint's own host is, "
      "and no page for users; if that is the endpoint, test its URL",
      reached.url, base::abbreviate(*location, kLongestLocation), redirect.status()));
  return reached;
}

/// False if the run is being ended.
bool pause(milliseconds span, const std::function<bool()>& stop_requested) {
  const auto deadline = base::Deadline::after(span);
  while (!deadline.passed()) {
    if (stop_requested && stop_requested()) return false;
    std::this_thread::sleep_for(std::min(kSlice, deadline.left()));
  }
  return true;
}

}  // namespace

wire::Exchange knock(wire::Connection& connection, const base::Url& url, const Knocking& how,
                     int attempt) {
  wire::Request request;
  if (attempt % 2 == 1) {
    request = mcp::frame({.target = url.target()}, {.method = "ping"}, "0");
  } else {
    request.target = url.target();
    request.headers = {{"Accept", "application/json, text/event-stream"}};
  }
  for (const base::Header& field : how.headers) request.headers.push_back(field);
  return connection.exchange(request, base::Deadline::after(kOneAnswer),
                             [](const wire::Response&) { return true; });
}

bool is_ready(const wire::Exchange& exchange) {
  const int status = exchange.status();
  return status != 0 && status != 502 && status != 503 && status != 504;
}

std::optional<base::Url> on_ipv6(const base::Url& url) {
  if (url.host != "127.0.0.1") return std::nullopt;
  base::Url other = url;
  other.host = "::1";
  return other;
}

Reached follow_redirect(const base::Url& url, const Knocking& how) {
  constexpr int kPost = 1;
  Reached reached{.url = text_of(url)};
  wire::Connection connection(url, how.tls);
  const wire::Exchange first = knock(connection, url, how, kPost);
  if (!redirects(first)) return reached;
  const auto next = destination(url, first);
  if (!next) return with_unfollowed(std::move(reached), first);
  wire::Connection other(*next, how.tls);
  const wire::Exchange answer = knock(other, *next, how, kPost);
  if (!may_be_endpoint(answer)) return with_unfollowed(std::move(reached), first);
  std::string note = fmt::format("{} redirects to {} ({}), which is tested", text_of(url),
                                 text_of(*next), first.status());
  if (first.status() < 307) note += "; most clients repeat a POST as GET after that status";
  reached.notes.push_back(std::move(note));
  const bool own_name =
      next->origin() != url.origin() || name_of_resource(url, *next, answer, how) == text_of(*next);
  if (own_name) {
    reached.url = text_of(*next);
  } else {
    reached.moved = {.from = url.target(), .to = next->target()};
  }
  return reached;
}

Reached reach(const base::Url& url, const Knocking& how) {
  const auto deadline = base::Deadline::after(how.start_timeout);
  base::Url place = url;
  std::vector<std::string> notes;
  wire::Connection connection(place, how.tls);
  for (int attempt = 0;; ++attempt) {
    const wire::Exchange exchange = knock(connection, place, how, attempt);
    if (is_ready(exchange)) break;
    if (exchange.failure == wire::Failure::refused) {
      const auto other = on_ipv6(place);
      if (!other) return {.url = text_of(url)};
      wire::Connection six(*other, how.tls);
      if (!knock(six, *other, how, attempt).response) return {.url = text_of(url)};
      notes.push_back(
          fmt::format("nothing listens on 127.0.0.1:{}; found on {}", place.port, other->origin()));
      place = *other;
      connection = std::move(six);
      continue;
    }
    if (!exchange.response) return {.url = text_of(url)};
    if (deadline.passed()) {
      return {.url = text_of(url),
              .problem = fmt::format("the server answered {} for {} s: it is not ready "
                                     "(--start-timeout waits longer)",
                                     exchange.status(), how.start_timeout.count() / 1000)};
    }
    if (!pause(kPause, how.stop_requested)) return {.url = text_of(url)};
  }
  Reached reached = follow_redirect(place, how);
  reached.notes.insert(reached.notes.begin(), notes.begin(), notes.end());
  return reached;
}

}  // namespace run

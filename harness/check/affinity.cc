#include "harness/check/affinity.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "common/base/text.h"

namespace check {
namespace {

constexpr std::size_t kMostSessions = 256;
constexpr std::size_t kMostCookies = 16;
constexpr std::size_t kLongestCookie = 4UL << 10;
constexpr const char* kSessionField = "Mcp-Session-Id";

/// Of AWS, Google, Azure, Kubernetes, nginx, HAProxy and F5, in lower case.
constexpr std::array<std::string_view, 10> kBalancers = {
    "awsalb",        "awselb", "gclb",     "gaesa",  "arraffinity",
    "ingresscookie", "route",  "serverid", "srv_id", "bigipserver"};

/// What a request has whoever sends it, in lower case.
constexpr std::array<std::string_view, 9> kOfProtocol = {
    "content-type",  "accept",   "mcp-protocol-version",
    "mcp-method",    "mcp-name", "mcp-session-id",
    "last-event-id", "cookie",   "dpop"};

bool is_of_balancer(const std::string& name) {
  const std::string lower = base::to_lower(name);
  return std::any_of(kBalancers.begin(), kBalancers.end(),
                     [&](std::string_view known) { return lower.starts_with(known); });
}

base::Headers credential_of(const wire::Request& request) {
  base::Headers credential = request.headers;
  std::erase_if(credential, [](const base::Header& field) {
    const std::string name = base::to_lower(field.name);
    return std::find(kOfProtocol.begin(), kOfProtocol.end(), name) != kOfProtocol.end();
  });
  return credential;
}

/// Of what Set-Cookie says only the pair counts: sessions do not last long enough to expire.
void keep(std::string_view field, std::vector<std::pair<std::string, std::string>>& cookies) {
  const std::string_view pair = field.substr(0, field.find(';'));
  const std::size_t mark = pair.find('=');
  if (mark == std::string_view::npos || pair.size() > kLongestCookie) return;
  const std::string name(base::trim(pair.substr(0, mark)));
  const std::string value(base::trim(pair.substr(mark + 1)));
  std::erase_if(cookies, [&](const auto& known) { return known.first == name; });
  if (!name.empty() && !value.empty() && cookies.size() < kMostCookies) {
    cookies.emplace_back(name, value);
  }
}

}  // namespace

void Affinity::learn(const wire::Exchange& exchange) {
  if (!exchange.response) return;
  const auto fields = base::all_headers(exchange.response->headers, "Set-Cookie");
  if (fields.empty()) return;
  const std::string* id = exchange.response->header(kSessionField);
  if (id == nullptr) id = base::find_header(exchange.request.headers, kSessionField);
  if (id == nullptr || id->empty()) return;
  const std::lock_guard lock(mutex_);
  auto session = std::find_if(sessions_.begin(), sessions_.end(),
                              [&](const Session& one) { return one.id == *id; });
  if (session == sessions_.end()) {
    if (sessions_.size() >= kMostSessions) sessions_.pop_front();
    sessions_.push_back({.id = *id, .credential = credential_of(exchange.request), .cookies = {}});
    session = std::prev(sessions_.end());
  }
  for (const std::string& field : fields) keep(field, session->cookies);
}

void Affinity::attach(wire::Request& request) const {
  const std::string* id = base::find_header(request.headers, kSessionField);
  if (id == nullptr) return;
  const std::lock_guard lock(mutex_);
  const auto session = std::find_if(sessions_.begin(), sessions_.end(),
                                    [&](const Session& one) { return one.id == *id; });
  if (session == sessions_.end()) return;
  const bool own = credential_of(request) == session->credential;
  std::string text;
  for (const auto& [name, value] : session->cookies) {
    if (!own && !is_of_balancer(name)) continue;
    text += (text.empty() ? "" : "; ") + name + "=" + value;
  }
  if (text.empty()) return;
  // A request has one such field (RFC 6265, section 5.4).
  const std::string* given = base::find_header(request.headers, "Cookie");
  base::set_header(request.headers, "Cookie", given != nullptr ? *given + "; " + text : text);
}

}  // namespace check

#include "suites/isolation/pages.h"

#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "harness/check/declared.h"
#include "harness/check/patience.h"

namespace suites::isolation {
namespace {

using check::Probe;
using std::chrono::milliseconds;

constexpr std::array kUsualPaths = {"/",
                                    "/health",
                                    "/healthz",
                                    "/livez",
                                    "/readyz",
                                    "/ready",
                                    "/live",
                                    "/ping",
                                    "/status",
                                    "/api/health",
                                    "/api/status",
                                    "/metrics",
                                    "/stats",
                                    "/info",
                                    "/version",
                                    "/debug",
                                    "/debug/vars",
                                    "/debug/pprof/",
                                    "/sessions",
                                    "/clients",
                                    "/connections",
                                    "/env",
                                    "/config",
                                    "/actuator",
                                    "/actuator/env",
                                    "/actuator/health",
                                    "/actuator/sessions",
                                    "/.well-known/mcp",
                                    "/.well-known/mcp.json",
                                    "/mcp/health",
                                    "/mcp/status",
                                    "/mcp/sessions"};
constexpr std::size_t kMostNamed = 10;
constexpr std::size_t kLongestPath = 120;
/// A page is a document; what keeps sending is read for as long.
constexpr milliseconds kPatience{3'000};
constexpr std::size_t kEnough = 256UL << 10;
constexpr std::array kChanging = {"logout",  "delete", "remove", "shutdown",
                                  "restart", "reset",  "stop"};

bool is_of_path(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("/-_.~%").find(c) != std::string_view::npos;
}

bool changes_something(const std::string& path) {
  const std::string lower = base::to_lower(path);
  return std::any_of(kChanging.begin(), kChanging.end(),
                     [&](const char* word) { return lower.find(word) != std::string::npos; });
}

wire::Exchange fetch_once(Probe& probe, const std::string& path) {
  check::Context& context = probe.context();
  wire::Request request{.target = path, .headers = {{"Accept", "*/*"}}};
  context.complete(request);
  context.count_exchange();
  wire::Connection connection = context.connect();
  const auto deadline = base::Deadline::earlier(probe.deadline(), base::Deadline::after(kPatience));
  return connection.exchange(request, deadline, [](const wire::Response& response) {
    const std::string* type = response.header("Content-Type");
    const bool stream = type != nullptr && type->find("event-stream") != std::string::npos;
    return response.body.size() > (stream ? 0 : kEnough);
  });
}

}  // namespace

std::vector<std::string> paths_in(const std::string& body) {
  std::vector<std::string> paths;
  for (std::size_t at = body.find_first_of("\"' ");
       at != std::string::npos && paths.size() < kMostNamed;
       at = body.find_first_of("\"' ", at + 1)) {
    if (at + 1 >= body.size() || body[at + 1] != '/') continue;
    const auto begin = body.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    const std::string path(begin, std::find_if_not(begin, body.end(), is_of_path));
    const bool usable = path.size() > 1 && path.size() <= kLongestPath && path[1] != '/';
    if (usable && !changes_something(path) && !base::contains(paths, path)) paths.push_back(path);
  }
  return paths;
}

std::vector<Page> open_pages(Probe& probe) {
  std::vector<std::string> paths(kUsualPaths.begin(), kUsualPaths.end());
  const auto add = [&](const std::string& path) {
    if (!path.empty() && !base::contains(paths, path)) paths.push_back(path);
  };
  add(check::declared(probe).health_path);
  std::vector<Page> pages;
  for (std::size_t i = 0; i < paths.size() && !probe.context().cancelled(); ++i) {
    const std::string path = paths[i];
    wire::Exchange exchange = check::with_patience(probe, [&] { return fetch_once(probe, path); });
    if (!exchange.response || exchange.status() / 100 != 2) continue;
    if (path == "/") {
      for (const std::string& named : paths_in(exchange.response->body)) add(named);
    }
    pages.push_back({path, std::move(exchange)});
  }
  return pages;
}

}  // namespace suites::isolation

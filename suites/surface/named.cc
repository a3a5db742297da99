// Paths that the server itself names: in its metadata, on its open pages, in Link fields.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "common/base/text.h"
#include "harness/check/declared.h"
#include "suites/surface/doors.h"
#include "suites/surface/rows.h"

namespace suites::surface {
namespace {

using check::Finding;
using check::Probe;

constexpr std::size_t kMostPaths = 12;
constexpr std::size_t kLongestPath = 200;
constexpr std::size_t kMostText = 256UL << 10;
/// Pages that servers show to everyone, and descriptions of themselves.
constexpr std::array kPages = {"/",
                               "/health",
                               "/openapi.json",
                               "/swagger.json",
                               "/.well-known/mcp.json",
                               "/.well-known/mcp",
                               "/.well-known/mcp/server-card.json",
                               "/.well-known/agent-card.json",
                               "/.well-known/oauth-protected-resource",
                               "/docs"};
/// Paths with these in them are tried first.
constexpr std::array kTelling = {"mcp", "sse", "message", "rpc", "stream", "tool", "agent"};
/// What ends like this is a file.
constexpr std::array kFiles = {".css", ".js",  ".png", ".svg",  ".ico", ".jpg", ".html",
                               ".txt", ".map", ".xml", ".webp", ".md",  ".pdf", ".woff2"};

/// What these do is not undone by asking for nothing.
constexpr std::array kLeftAlone = {"logout", "register", "revoke", "token", "login", "shutdown"};

bool is_path_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("/-._~%@:+").find(c) != std::string_view::npos;
}

bool is_file(std::string_view path) {
  return std::any_of(kFiles.begin(), kFiles.end(),
                     [&](const char* ending) { return path.ends_with(ending); });
}

bool sounds_like_mcp(const std::string& path) {
  const std::string small = base::to_lower(path);
  return std::any_of(kTelling.begin(), kTelling.end(),
                     [&](const char* word) { return small.find(word) != std::string::npos; });
}

bool is_left_alone(const std::string& path) {
  return std::any_of(kLeftAlone.begin(), kLeftAlone.end(),
                     [&](const char* word) { return path.ends_with(std::string("/") + word); });
}

/// A path begins after a delimiter: a quote, a space, `<`, `>`, `=`, `(`.
bool may_begin_after(char c) {
  return std::string_view("\"'`<>=( \t\r\n,[").find(c) != std::string_view::npos;
}

std::string path_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_path_character(text[end])) ++end;
  std::string path(text.substr(at, end - at));
  while (path.size() > 1 && std::string_view(".:").find(path.back()) != std::string_view::npos) {
    path.pop_back();
  }
  return path;
}

std::string text_of(const wire::Exchange& exchange) {
  if (!exchange.response) return {};
  std::string text;
  for (const base::Header& header : exchange.response->headers) {
    const bool names = base::equal_ignoring_case(header.name, "Link") ||
                       base::equal_ignoring_case(header.name, "WWW-Authenticate") ||
                       base::equal_ignoring_case(header.name, "Content-Location");
    if (names) text += header.value + "\n";
  }
  return text + exchange.response->body.substr(0, kMostText);
}

std::string everything_shown(Probe& probe) {
  const std::string own = probe.target().url.path;
  std::vector<std::string> pages(kPages.begin(), kPages.end());
  pages.push_back("/.well-known/oauth-protected-resource" + own);
  if (const auto path = check::declared(probe).health_path; !path.empty()) pages.push_back(path);
  std::string text;
  for (const std::string& page : pages) text += text_of(probe.get(page)) + "\n";
  // What the endpoint's own 401 points to.
  return text + text_of(probe.send({}).exchange);
}

bool is_page(const std::string& path) {
  return path.starts_with("/.well-known/") ||
         std::find(kPages.begin(), kPages.end(), path) != kPages.end();
}

Finding named_paths(Probe& probe) {
  const base::Url& url = probe.target().url;
  std::vector<std::string> paths = paths_named_in(everything_shown(probe), url.origin());
  std::erase_if(paths, [&](const std::string& path) {
    return path == url.path || is_page(path) || is_left_alone(path);
  });
  // A page of a site may name anything; on other people's hosts only what sounds like MCP is tried.
  if (!url.is_loopback()) {
    std::erase_if(paths, [](const std::string& path) { return !sounds_like_mcp(path); });
  }
  if (paths.size() > kMostPaths) paths.resize(kMostPaths);
  return closed_at(probe, paths);
}

const check::Suite kNamedCases{
    "surface", check::modes::protected_http(),
    cases_on_ways({
        {.id = "named-paths",
         .title = "Serves MCP without verified credentials at no path that its own pages name",
         .sends = "tools/list and a new session without credentials and with garbage at paths that "
                  "the metadata, the root page, Link fields or an OpenAPI document name.",
         .faults = {"transport.named-open"},
         .body = named_paths},
    })};

}  // namespace

std::vector<std::string> paths_named_in(std::string_view text, std::string_view origin) {
  std::vector<std::string> telling;
  std::vector<std::string> others;
  const auto note = [&](std::string path) {
    if (path.size() < 2 || path.size() > kLongestPath || is_file(path)) return;
    if (path.find("//") != std::string::npos || path.find("..") != std::string::npos) return;
    std::vector<std::string>& list = sounds_like_mcp(path) ? telling : others;
    if (!base::contains(list, path)) list.push_back(std::move(path));
  };
  for (std::size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at)) {
    const bool after_origin = at >= origin.size() && !origin.empty() &&
                              text.substr(at - origin.size(), origin.size()) == origin;
    std::string path = path_at(text, at);
    // In angle brackets: a member of a Link field, or the end tag of HTML.
    const bool bracket = at > 0 && text[at - 1] == '<';
    const bool tag = bracket && text.substr(at + path.size(), 2) != ">;";
    const bool begins = at == 0 || after_origin || (may_begin_after(text[at - 1]) && !tag);
    at += begins ? path.size() : 1;
    if (begins) note(std::move(path));
  }
  telling.insert(telling.end(), others.begin(), others.end());
  return telling;
}

}  // namespace suites::surface

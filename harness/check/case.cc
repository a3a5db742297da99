#include "harness/check/case.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "common/base/text.h"

namespace check {
namespace {

/// The order of the catalogue, which is also the order of a report.
constexpr std::array kSuiteOrder = {
    "wiring", "challenge", "discovery", "precedence", "signature", "claims",
    "keys",   "scope",     "ratelimit", "session",    "isolation", "origin",
};

std::size_t rank(std::string_view suite) {
  const auto* const at = std::find(kSuiteOrder.begin(), kSuiteOrder.end(), suite);
  return static_cast<std::size_t>(std::distance(kSuiteOrder.begin(), at));
}

std::vector<Case>& registry() {
  static std::vector<Case> cases;
  return cases;
}

struct Document {
  std::string_view name;
  std::string_view url;  ///< a section is added as its fragment
};

constexpr std::array kDocuments = {
    Document{"OAuth 2.1", "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13"},
    Document{"OIDC Core", "https://openid.net/specs/openid-connect-core-1_0.html"},
    Document{"OIDC Discovery", "https://openid.net/specs/openid-connect-discovery-1_0.html"},
    Document{"JSON-RPC 2.0", "https://www.jsonrpc.org/specification"},
    Document{"Fetch", "https://fetch.spec.whatwg.org/"},
};

/// "4.1.4" → "#section-4.1.4", "A.1" → "#appendix-A.1".
std::string section_fragment(std::string_view section) {
  if (section.empty()) return {};
  const bool digit = section.front() >= '0' && section.front() <= '9';
  return fmt::format("#{}-{}", digit ? "section" : "appendix", section);
}

std::string slug(std::string_view heading) {
  std::string result = base::to_lower(heading);
  std::replace(result.begin(), result.end(), ' ', '-');
  return result;
}

}  // namespace

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::none:
      return "none";
    case Mode::oauth:
      break;
  }
  return "oauth";
}

std::optional<Mode> mode_from(std::string_view text) {
  // Many servers call their OAuth mode by the name of the protocol that issues the tokens.
  if (text == "oidc") return Mode::oauth;
  for (const Mode mode : all_modes()) {
    if (to_string(mode) == text) return mode;
  }
  return std::nullopt;
}

const std::vector<Mode>& all_modes() {
  static const std::vector<Mode> modes = {Mode::none, Mode::oauth};
  return modes;
}

std::string Reference::url(mcp::Revision revision) const {
  const std::string_view name = document;
  if (name.substr(0, 4) == "RFC ") {
    return fmt::format("https://www.rfc-editor.org/rfc/rfc{}{}", name.substr(4),
                       section_fragment(section));
  }
  if (name == "MCP") {
    const bool has_page = section.find('/') != std::string::npos;
    return fmt::format("https://modelcontextprotocol.io/specification/{}/{}",
                       mcp::to_string(revision),
                       has_page ? section : "basic/authorization#" + slug(section));
  }
  if (name.substr(0, 4) == "CVE-") {
    return fmt::format("https://www.cve.org/CVERecord?id={}", name);
  }
  if (name.substr(0, 4) == "CWE-") {
    return fmt::format("https://cwe.mitre.org/data/definitions/{}.html", name.substr(4));
  }
  const auto* const known =
      std::find_if(kDocuments.begin(), kDocuments.end(),
                   [&](const Document& candidate) { return candidate.name == name; });
  if (known == kDocuments.end()) return {};
  return std::string(known->url) +
         (name == "OAuth 2.1" ? section_fragment(section) : std::string());
}

Suite::Suite(std::string name, std::vector<Case> cases) {
  for (Case& one : cases) {
    one.id = fmt::format("{}.{}", name, one.id);
    registry().push_back(std::move(one));
  }
}

const std::vector<Case>& all_cases() {
  static const std::vector<Case> sorted = [] {
    std::vector<Case> cases = registry();
    std::stable_sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) {
      return rank(a.suite()) < rank(b.suite());
    });
    return cases;
  }();
  return sorted;
}

const Case* find_case(std::string_view id) {
  const auto& cases = all_cases();
  const auto found =
      std::find_if(cases.begin(), cases.end(), [&](const Case& one) { return one.id == id; });
  return found == cases.end() ? nullptr : &*found;
}

}  // namespace check

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "harness/check/case.h"

namespace check {
namespace {

struct Document {
  std::string_view name;
  std::string_view url;
  bool sections;  ///< a section becomes the fragment "#section-4.1"
};

constexpr std::array kDocuments = {
    Document{"OAuth 2.1", "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13", true},
    Document{"OIDC Core", "https://openid.net/specs/openid-connect-core-1_0.html", false},
    Document{"OIDC Discovery", "https://openid.net/specs/openid-connect-discovery-1_0.html", false},
    Document{"OIDC Registration", "https://openid.net/specs/openid-connect-registration-1_0.html",
             false},
    Document{"CIMD",
             "https://datatracker.ietf.org/doc/html/"
             "draft-ietf-oauth-client-id-metadata-document-00",
             true},
    Document{"JSON-RPC 2.0", "https://www.jsonrpc.org/specification", false},
    Document{"JSON Schema", "https://json-schema.org/draft/2020-12/json-schema-validation", true},
    Document{"Fetch", "https://fetch.spec.whatwg.org/", false},
    Document{"Fetch standard", "https://fetch.spec.whatwg.org/", false},
};

/// Revision 2026-07-28 spread the authorization page over several; these headings have moved.
struct Moved {
  std::string_view heading;
  std::string_view page;
};
constexpr std::array kMoved = {
    Moved{"authorization-server-location", "authorization-server-discovery"},
    Moved{"protected-resource-metadata-discovery-requirements", "authorization-server-discovery"},
    Moved{"authorization-server-metadata-discovery", "authorization-server-discovery"},
    Moved{"client-id-metadata-documents", "client-registration"},
    Moved{"dynamic-client-registration", "client-registration"},
    Moved{"token-audience-binding-and-validation", "security-considerations"},
    Moved{"token-theft", "security-considerations"},
    Moved{"communication-security", "security-considerations"},
    Moved{"authorization-code-protection", "security-considerations"},
    Moved{"confused-deputy-problem", "security-considerations"},
    Moved{"access-token-privilege-restriction", "security-considerations"},
};

/// "4.1.4" → "#section-4.1.4", "A.1" → "#appendix-A.1".
std::string section_fragment(std::string_view section) {
  if (section.empty()) return {};
  const bool digit = section.front() >= '0' && section.front() <= '9';
  return fmt::format("#{}-{}", digit ? "section" : "appendix", section);
}

/// A heading as the site makes an anchor of it.
std::string anchor(std::string_view heading) {
  std::string result = base::to_lower(heading);
  std::replace(result.begin(), result.end(), ' ', '-');
  return result;
}

std::string page_of(const std::string& heading, mcp::Revision revision) {
  if (revision < mcp::Revision::r2026_07_28) return "basic/authorization";
  const auto* const moved = std::find_if(
      kMoved.begin(), kMoved.end(), [&](const Moved& entry) { return entry.heading == heading; });
  return moved == kMoved.end() ? "basic/authorization"
                               : fmt::format("basic/authorization/{}", moved->page);
}

std::string mcp_page(std::string_view document, const std::string& section,
                     mcp::Revision revision) {
  if (document == "MCP transports") {
    // The one page on Streamable HTTP has other headings since 2026-07-28.
    return revision < mcp::Revision::r2026_07_28 ? "basic/transports#" + anchor(section)
                                                 : "basic/transports/streamable-http";
  }
  if (document == "MCP stdio") {
    return revision < mcp::Revision::r2026_07_28
               ? "basic/transports#stdio"
               : fmt::format("basic/transports/stdio#{}", anchor(section));
  }
  if (section.find('/') != std::string::npos) return section;
  const std::string heading = anchor(section);
  if (heading.empty()) return "basic/authorization";
  return fmt::format("{}#{}", page_of(heading, revision), heading);
}

/// It was a page of the specification, until it became one that all revisions share. The first
/// revision had none. Without sessions, what could be hijacked got another name.
std::string best_practices_url(const std::string& section, mcp::Revision revision) {
  const bool modern = revision == mcp::Revision::r2026_07_28;
  const std::string heading = anchor(section);
  std::string fragment = heading.empty() ? "" : "#" + heading;
  if (heading.ends_with("hijacking")) {
    fragment = modern ? "#state-handle-hijacking" : "#session-hijacking";
  }
  if (modern) {
    return "https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices" +
           fragment;
  }
  const auto written = std::max(revision, mcp::Revision::r2025_06_18);
  return fmt::format(
      "https://modelcontextprotocol.io/specification/{}/basic/security_best_practices{}",
      mcp::to_string(written), fragment);
}

}  // namespace

std::string Reference::url(mcp::Revision revision) const {
  const std::string_view name = document;
  if (name.substr(0, 4) == "RFC ") {
    return fmt::format("https://www.rfc-editor.org/rfc/rfc{}{}", name.substr(4),
                       section_fragment(section));
  }
  if (name == "MCP best practices") return best_practices_url(section, revision);
  if (name.substr(0, 3) == "MCP") {
    return fmt::format("https://modelcontextprotocol.io/specification/{}/{}",
                       mcp::to_string(revision), mcp_page(name, section, revision));
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
  return std::string(known->url) + (known->sections ? section_fragment(section) : std::string());
}

}  // namespace check

#include <gtest/gtest.h>

#include "harness/check/case.h"

namespace check {
namespace {

using mcp::Revision;

TEST(Reference, PointsIntoAnRfc) {
  EXPECT_EQ((Reference{"RFC 7519", "4.1.4"}.url(mcp::kNewest)),
            "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4");
}

TEST(Reference, PointsIntoTheRevisionInForce) {
  EXPECT_EQ((Reference{"MCP", "Token Handling"}.url(Revision::r2025_06_18)),
            "https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization"
            "#token-handling");
}

TEST(Reference, FollowsHeadingsToTheirNewPage) {
  EXPECT_EQ((Reference{"MCP", "Token Theft"}.url(Revision::r2026_07_28)),
            "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization/"
            "security-considerations#token-theft");
}

TEST(Reference, FollowsTheBestPracticesToTheirNewPage) {
  const Reference hijacking{"MCP best practices", "session-hijacking"};
  EXPECT_EQ(hijacking.url(Revision::r2025_03_26),
            "https://modelcontextprotocol.io/specification/2025-06-18/basic/"
            "security_best_practices#session-hijacking");
  EXPECT_EQ(hijacking.url(Revision::r2026_07_28),
            "https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices"
            "#state-handle-hijacking");
}

TEST(Reference, KnowsVulnerabilitiesAndWeaknesses) {
  EXPECT_EQ((Reference{"CVE-2022-23540", ""}.url(mcp::kNewest)),
            "https://www.cve.org/CVERecord?id=CVE-2022-23540");
  EXPECT_EQ((Reference{"CWE-288", ""}.url(mcp::kNewest)),
            "https://cwe.mitre.org/data/definitions/288.html");
}

}  // namespace
}  // namespace check

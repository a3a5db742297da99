#include "suites/passthrough/canary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/base64.h"
#include "common/base/url.h"

namespace suites {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

const std::string kToken =
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXRoYXQtaXMtdW5pcXVl";

idp::Entry request(const std::string& value) {
  return {.method = "GET", .target = "/api", .headers = {{"Authorization", value}}};
}
std::string place(const idp::Entry& entry, const std::string& token = kToken) {
  return place_of(entry, telltale_parts(token));
}

TEST(Canary, SeesTheTokenWhereverItIs) {
  EXPECT_EQ(place(request("Bearer " + kToken)), "the header Authorization");
  EXPECT_EQ(place({.target = "/api?access_token=" + kToken}), "the URL");
  EXPECT_EQ(place({.target = "/api", .body = "{\"token\":\"" + kToken + "\"}"}), "the body");
}

TEST(Canary, SeesTheTokenInWhateverItIsWrapped) {
  EXPECT_NE(place(request(base::base64_encode("x" + kToken))), "");
  EXPECT_NE(place(request(base::base64url_encode("{\"t\":\"" + kToken + "\"}"))), "");
  EXPECT_NE(place(request(base::base64_encode(base::base64_encode(kToken)))), "");
  EXPECT_NE(place({.target = "/api?t=" + base::percent_encode(base::base64_encode(kToken))}), "");
  std::string hex;
  for (const char c : kToken) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[c & 15];
  }
  EXPECT_NE(place(request(hex)), "");
}

TEST(Canary, SeesPartsOfTheToken) {
  EXPECT_NE(place(request("sig=c2lnbmF0dXJlLXRoYXQtaXMtdW5pcXVl")), "");
  EXPECT_NE(place(request("eyJzdWIiOiJhbGljZSJ9")), "");
  const std::string opaque = "0123456789abcdefghijklmnopqrstuvwxyz";
  EXPECT_NE(place(request(opaque.substr(opaque.size() / 2)), opaque), "");
}

TEST(Canary, TakesAnotherTokenOfTheSameIssuerForAnother) {
  EXPECT_EQ(place(request("Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzZXJ2ZXIifQ.b3RoZXI")), "");
  EXPECT_EQ(place(request("Token an-api-key-of-its-own")), "");
  EXPECT_EQ(place({.target = "/api"}), "");
}

TEST(Canary, SeesThePasswordOfABasicCredential) {
  const std::string basic = base::base64_encode("user:correct horse");
  EXPECT_NE(place(request("Basic " + basic), basic), "");
  EXPECT_NE(place({.target = "/api?p=correct%20horse"}, basic), "");
}

TEST(Canary, ShortPartsAreNotLookedFor) {
  EXPECT_THAT(telltale_parts("a.b.c"), testing::IsEmpty());
  EXPECT_THAT(telltale_parts(kToken), Not(Contains("eyJhbGciOiJFUzI1NiJ9")));
}

TEST(Canary, KnowsCredentialsByName) {
  EXPECT_THAT(credentials_in({.target = "/api?api_key=1&x=2",
                              .headers = {{"Accept", "*/*"}, {"X-Service-Key", "k"}}}),
              ElementsAre("X-Service-Key", "the query's api_key"));
  EXPECT_THAT(credentials_in({.target = "/api", .headers = {{"Host", "h"}}}), testing::IsEmpty());
}

}  // namespace
}  // namespace suites

#include "common/base/url.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(ParseUrl, TakesItApart) {
  const auto url = parse_url("HTTP://Example.com:8080/a/b?x=1#frag");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "http");
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->target(), "/a/b?x=1");
  EXPECT_EQ(url->fragment, "frag");
  EXPECT_EQ(url->origin(), "http://example.com:8080");
}

TEST(ParseUrl, DefaultPortIsNotPartOfTheOrigin) {
  const auto url = parse_url("https://example.com");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/");
  EXPECT_EQ(url->origin(), "https://example.com");
}

TEST(ParseUrl, KnowsIpv6Literals) {
  const auto url = parse_url("http://[::1]:3000/mcp");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority(), "[::1]:3000");
  EXPECT_TRUE(url->is_loopback());
}

TEST(ParseUrl, RefusesWhatIsNotHttp) {
  for (const char* text : {"", "mcp", "/mcp", "ftp://x/", "javascript:alert(1)", "http://",
                           "http:///x", "http://x:99999/", "http://a b/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(ParseUrl, NoticesUserinfo) { EXPECT_TRUE(parse_url("http://a@b/")->has_userinfo); }

TEST(PercentEncoding, RoundTripsAndRefusesHalfEscapes) {
  EXPECT_EQ(percent_encode("a b/ü"), "a%20b%2F%C3%BC");
  EXPECT_EQ(percent_decode("a%20b%2F"), "a b/");
  EXPECT_EQ(percent_decode("a+b", /*plus_is_space=*/true), "a b");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_FALSE(percent_decode("%4"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Form, KeepsOrderAndDuplicates) {
  const FormFields fields = parse_form("a=1&b=x+y&a=2&c");
  EXPECT_EQ(fields, (FormFields{{"a", "1"}, {"b", "x y"}, {"a", "2"}, {"c", ""}}));
  EXPECT_EQ(form_value(fields, "a"), "1");
  EXPECT_EQ(form_value(fields, "d"), "");
  EXPECT_EQ(encode_form({{"resource", "http://x/mcp"}}), "resource=http%3A%2F%2Fx%2Fmcp");
}

TEST(Url, ANameThatLooksLikeALoopbackAddressIsNone) {
  EXPECT_TRUE(parse_url("http://127.1.2.3:1/")->is_loopback());
  const auto named = parse_url("https://127.0.0.1.example:8443/a?b");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->host, "127.0.0.1.example");
  EXPECT_EQ(parse_url("http://me@127.0.0.1.example/a?b@c")->host, "127.0.0.1.example");
  EXPECT_FALSE(parse_url("http://127.0ion::1/cb")) << "neither name nor address";
  EXPECT_EQ(named->target(), "/a?b");
  EXPECT_EQ(named->port, 8443);
  EXPECT_FALSE(named->is_loopback());
  EXPECT_FALSE(parse_url("http://127.evil/")->is_loopback());
}

}  // namespace
}  // namespace base

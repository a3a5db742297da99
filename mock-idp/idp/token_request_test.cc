#include "mock-idp/idp/token_request.h"

#include <gtest/gtest.h>

#include "common/base/base64.h"

namespace idp {
namespace {

http::Request post(std::string body, base::Headers more = {}) {
  http::Request request;
  request.method = "POST";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.headers.insert(request.headers.end(), more.begin(), more.end());
  request.body = std::move(body);
  return request;
}

base::Headers basic(std::string_view pair) {
  return {{"Authorization", "Basic " + base::base64_encode(pair)}};
}

constexpr char kPosted[] = "grant_type=client_credentials&client_id=me&client_secret=any";

std::string code_of(const http::Request& request) {
  const auto read = read_token_request(request);
  return read ? "none" : read.error().code;
}

TEST(TokenRequest, TakesTheClientFromTheFormOrFromBasic) {
  EXPECT_EQ(read_token_request(post(kPosted))->client.id, "me");
  EXPECT_EQ(
      read_token_request(post("grant_type=client_credentials", basic("a%3Ab+c:s")))->client.id,
      "a:b c");
}

TEST(TokenRequest, TakesResourcesBeforeTheAudience) {
  const auto one =
      read_token_request(post(std::string(kPosted) + "&audience=x&resource=https%3A%2F%2Fa%2Fb"));
  EXPECT_EQ(one->audiences, std::vector<std::string>{"https://a/b"});
  const auto two = read_token_request(
      post(std::string(kPosted) + "&resource=https://a&resource=urn:b&resource=urn:b"));
  EXPECT_EQ(two->audiences, (std::vector<std::string>{"https://a", "urn:b"}));
  EXPECT_EQ(read_token_request(post(std::string(kPosted) + "&audience=x&audience=y"))->audiences,
            (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(read_token_request(post(kPosted))->audiences.empty());
}

TEST(TokenRequest, AResourceIsAnAbsoluteUriWithoutFragment) {
  EXPECT_TRUE(is_resource("https://example.com/mcp?x=1"));
  EXPECT_TRUE(is_resource("urn:example:a"));
  for (const char* text :
       {"", "/mcp", "mcp", "https:", ":x", "https://a#b", "https://a b", "1a:b"}) {
    EXPECT_FALSE(is_resource(text)) << text;
  }
  EXPECT_EQ(code_of(post(std::string(kPosted) + "&resource=mcp")), "invalid_target");
}

TEST(TokenRequest, ScopesAreWordsWithOneBlankBetweenThem) {
  EXPECT_TRUE(is_scope("mcp:tools admin"));
  for (const char* text : {"", " a", "a ", "a  b", "a\"b", "a\\b", "a\tb"}) {
    EXPECT_FALSE(is_scope(text)) << text;
  }
  EXPECT_EQ(code_of(post(std::string(kPosted) + "&scope=a++b")), "invalid_scope");
}

TEST(TokenRequest, AClientThatIsMissingOrUnreadableIsInvalid) {
  EXPECT_EQ(code_of(post("grant_type=client_credentials")), "invalid_client");
  EXPECT_EQ(code_of(post("grant_type=client_credentials", {{"Authorization", "Bearer x"}})),
            "invalid_client");
  EXPECT_EQ(code_of(post("grant_type=client_credentials", {{"Authorization", "Basic ???"}})),
            "invalid_client");
  EXPECT_EQ(code_of(post("grant_type=client_credentials", basic("no colon"))), "invalid_client");
  EXPECT_TRUE(read_token_request(post("grant_type=client_credentials")).error().challenge);
}

TEST(TokenRequest, SaysHowTheClientAuthenticated) {
  const auto how = [](const http::Request& request) {
    return to_string(read_token_request(request)->client.how);
  };
  EXPECT_EQ(how(post("grant_type=x&client_id=me")), "none");
  EXPECT_EQ(how(post(kPosted)), "client_secret_post");
  EXPECT_EQ(how(post("grant_type=x", basic("me:any"))), "client_secret_basic");
}

TEST(TokenRequest, TwoWaysOfAuthenticatingAreOneTooMany) {
  EXPECT_EQ(code_of(post(kPosted, basic("me:any"))), "invalid_request");
  EXPECT_EQ(code_of(post("grant_type=client_credentials&client_id=you", basic("me:any"))),
            "invalid_request");
  EXPECT_EQ(code_of(post("grant_type=client_credentials&client_id=me", basic("me:any"))), "none");
}

TEST(TokenRequest, RepeatedAndMissingParametersAreToldApart) {
  EXPECT_EQ(code_of(post(std::string(kPosted) + "&scope=a&scope=b")), "invalid_request");
  EXPECT_EQ(code_of(post("client_id=me&client_secret=any")), "invalid_request");
  EXPECT_EQ(code_of(post(std::string(kPosted) + "&whatever=1&scope=")), "none");
}

TEST(TokenRequest, OnlyAFormIsRead) {
  http::Request request = post(kPosted);
  request.headers = {{"Content-Type", "application/json"}};
  EXPECT_EQ(code_of(request), "invalid_request");
  request.headers.clear();
  EXPECT_EQ(code_of(request), "invalid_request");
}

}  // namespace
}  // namespace idp

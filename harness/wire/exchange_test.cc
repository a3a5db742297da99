#include "harness/wire/exchange.h"

#include <gtest/gtest.h>

namespace wire {
namespace {

/// What every request says of its client.
const std::string kClient =
    "User-Agent: mcp-authspec/" AUTHSPEC_VERSION "\r\nAccept-Encoding: identity\r\n";

TEST(RequestBytes, AddsHostAndLengthWhereTheyAreAbsent) {
  const Request request{.method = "POST", .target = "/mcp", .headers = {{"x", "1"}}, .body = "{}"};
  EXPECT_EQ(request.bytes("h:1"), "POST /mcp HTTP/1.1\r\nHost: h:1\r\n" + kClient +
                                      "x: 1\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(RequestBytes, LeavesAGivenHostAndLengthAlone) {
  const Request request{
      .method = "POST", .headers = {{"content-LENGTH", "7"}, {"HOST", "evil"}}, .body = "{}"};
  EXPECT_EQ(request.bytes("h"),
            "POST / HTTP/1.1\r\n" + kClient + "content-LENGTH: 7\r\nHOST: evil\r\n\r\n{}");
}

TEST(RequestBytes, AddsNoLengthToAChunkedBody) {
  const Request request{
      .method = "POST", .headers = {{"Transfer-Encoding", "chunked"}}, .body = "0\r\n\r\n"};
  EXPECT_EQ(request.bytes("h"), "POST / HTTP/1.1\r\nHost: h\r\n" + kClient +
                                    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

TEST(RequestBytes, SaysThatAPostHasNoBodyButNotThatAGetHasNone) {
  EXPECT_EQ(Request{.method = "POST"}.bytes("h"),
            "POST / HTTP/1.1\r\nHost: h\r\n" + kClient + "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(Request{}.bytes("h"), "GET / HTTP/1.1\r\nHost: h\r\n" + kClient + "\r\n");
}

TEST(RequestBytes, KeepsOrderCaseDuplicatesAndAnyByteOfHeaders) {
  const std::string any("a\0b\rc\nd\xff ", 9);
  const Request request{.headers = {{"B", any}, {"a", ""}, {"B", "2"}}};
  EXPECT_EQ(request.bytes("h"),
            "GET / HTTP/1.1\r\nHost: h\r\n" + kClient + "B: " + any + "\r\na: \r\nB: 2\r\n\r\n");
}

TEST(RequestBytes, LeavesAGivenUserAgentAndAcceptEncodingAlone) {
  const Request request{.headers = {{"user-agent", "curl"}, {"Accept-Encoding", "gzip"}}};
  EXPECT_EQ(request.bytes("h"),
            "GET / HTTP/1.1\r\nHost: h\r\nuser-agent: curl\r\nAccept-Encoding: gzip\r\n\r\n");
}

TEST(RequestBytes, SendsRawBytesAsTheyAre) {
  const Request request{.headers = {{"a", "b"}}, .body = "x", .raw = std::string("\0\n", 2)};
  EXPECT_EQ(request.bytes("h"), std::string("\0\n", 2));
}

}  // namespace
}  // namespace wire

#include "harness/check/curl.h"

#include <gtest/gtest.h>

namespace check {
namespace {

wire::Exchange exchange_of(wire::Request request) {
  wire::Exchange exchange;
  exchange.url = "http://127.0.0.1:3000/mcp";
  exchange.raw_request = request.raw.value_or("POST /mcp HTTP/1.1\r\n\r\n");
  exchange.request = std::move(request);
  return exchange;
}

TEST(CurlLine, QuotesHeadersAndBody) {
  const std::string line = curl_line(exchange_of({.method = "POST",
                                                  .target = "/mcp?x=1",
                                                  .headers = {{"Authorization", "Bearer it's"}},
                                                  .body = "{}"}));
  EXPECT_EQ(
      line,
      R"(curl -i --path-as-is 'http://127.0.0.1:3000/mcp?x=1' -H 'Authorization: Bearer it'\''s')"
      R"( --data-binary '{}')");
}

TEST(CurlLine, SendsAnEmptyHeaderWithASemicolon) {
  EXPECT_NE(curl_line(exchange_of({.headers = {{"Authorization", ""}}})).find("'Authorization;'"),
            std::string::npos);
}

TEST(CurlLine, WritesRawBytesWithPrintf) {
  EXPECT_EQ(curl_line(exchange_of({.raw = "GET /\x01 HTTP/1.1\r\n\r\n"})),
            R"(printf 'GET /\001 HTTP/1.1\015\012\015\012' | nc 127.0.0.1 3000)");
}

TEST(CurlLine, LeavesOutWhatIsTooLargeToPaste) {
  auto exchange = exchange_of({});
  exchange.raw_request.assign(100'000, 'x');
  EXPECT_EQ(curl_line(exchange), "");
}

}  // namespace
}  // namespace check

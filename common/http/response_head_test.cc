#include "common/http/response_head.h"

#include <gtest/gtest.h>

namespace http {
namespace {

constexpr std::string_view kDate = "Tue, 28 Jul 2026 12:34:56 GMT";

std::string bytes_of(const Response& response, Framing framing = {}) {
  std::string out;
  append_response(out, response, framing, kDate);
  return out;
}

TEST(AppendResponse, AddsDateAndLength) {
  EXPECT_EQ(bytes_of({.headers = {{"a", "b"}}, .body = "xy"}),
            "HTTP/1.1 200 OK\r\na: b\r\nDate: Tue, 28 Jul 2026 12:34:56 GMT\r\n"
            "Content-Length: 2\r\n\r\nxy");
}

TEST(AppendResponse, LeavesAGivenDateLengthAndConnectionAlone) {
  EXPECT_EQ(bytes_of({.headers = {{"DATE", "x"}, {"content-length", "7"}, {"connection", "y"}},
                      .body = "z"},
                     {.close = true}),
            "HTTP/1.1 200 OK\r\nDATE: x\r\ncontent-length: 7\r\nconnection: y\r\n\r\nz");
}

TEST(AppendResponse, SaysWhetherTheConnectionStays) {
  const Response response{.headers = {{"Date", ""}}};
  EXPECT_EQ(bytes_of(response, {.close = true}),
            "HTTP/1.1 200 OK\r\nDate: \r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(bytes_of(response, {.http_1_0 = true}),
            "HTTP/1.1 200 OK\r\nDate: \r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST(AppendResponse, AnswersHeadWithTheLengthOnly) {
  EXPECT_EQ(bytes_of({.headers = {{"Date", ""}}, .body = "xy"}, {.without_body = true}),
            "HTTP/1.1 200 OK\r\nDate: \r\nContent-Length: 2\r\n\r\n");
}

TEST(AppendResponse, GivesNoBodyToAStatusThatHasNone) {
  for (const int status : {204, 304}) {
    const std::string bytes = bytes_of({.status = status, .headers = {{"Date", ""}}, .body = "xy"});
    EXPECT_EQ(bytes.find("Content-Length"), std::string::npos);
    EXPECT_EQ(bytes.substr(bytes.size() - 4), "\r\n\r\n");
  }
}

TEST(AppendResponse, ALineBreakInAHeaderEndsNothing) {
  EXPECT_EQ(bytes_of({.status = 299,
                      .headers = {{"Date", ""}, {"a\r\nb", std::string("c\r\nd: e\0f", 9)}},
                      .body = ""}),
            "HTTP/1.1 299 <unknown-status>\r\nDate: \r\na  b: c  d: e f\r\nContent-Length: 0\r\n"
            "\r\n");
}

}  // namespace
}  // namespace http

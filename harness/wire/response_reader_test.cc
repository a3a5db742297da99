#include "harness/wire/response_reader.h"

#include <gtest/gtest.h>

namespace wire {
namespace {

using State = ResponseReader::State;

ResponseReader reader(bool head_only = false) { return {head_only, 1000, 100}; }

TEST(ResponseReader, TakesTheSameResponseHoweverTheBytesAreCut) {
  const std::string bytes =
      "HTTP/1.1 401 Who are you?\r\nWWW-Authenticate:  Bearer a%2Eb \r\nx:\r\n"
      "Transfer-Encoding: chunked\r\n\r\n4;ext=1\r\nwiki\r\n3\r\nbot\r\n0\r\ntrailer: 1\r\n\r\n";
  for (std::size_t step = 1; step < bytes.size(); ++step) {
    ResponseReader responses = reader();
    for (std::size_t at = 0; at < bytes.size(); at += step) responses.put(bytes.substr(at, step));
    ASSERT_EQ(responses.state(), State::done) << step << responses.error();
    const Response& response = responses.response();
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(response.reason, "Who are you?");
    ASSERT_EQ(response.headers.size(), 3U);
    EXPECT_EQ(response.headers[0].name, "WWW-Authenticate");
    EXPECT_EQ(response.headers[0].value, "Bearer a%2Eb");
    EXPECT_EQ(response.headers[1].value, "");
    EXPECT_EQ(response.body, "wikibot");
    EXPECT_TRUE(response.complete);
    EXPECT_TRUE(responses.can_go_on());
  }
}

TEST(ResponseReader, TheEndOfAnEmptyChunkedBodyMayComeInPieces) {
  ResponseReader responses = reader();
  for (const char* piece :
       {"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "\r", "\n"}) {
    EXPECT_NE(responses.state(), State::done);
    responses.put(piece);
  }
  EXPECT_EQ(responses.state(), State::done);
}

TEST(ResponseReader, SkipsInterimResponses) {
  ResponseReader responses = reader();
  responses.put("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  EXPECT_EQ(responses.state(), State::head);
  responses.put("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(responses.state(), State::done);
  EXPECT_EQ(responses.response().status, 204);
  EXPECT_EQ(responses.response().headers.size(), 1U);
  EXPECT_TRUE(responses.can_go_on());
}

TEST(ResponseReader, TakesASwitchOfProtocolsForTheAnswer) {
  ResponseReader responses = reader();
  EXPECT_EQ(responses.put("HTTP/1.1 101 Switching Protocols\r\n\r\n"), State::done);
  EXPECT_FALSE(responses.can_go_on());
}

TEST(ResponseReader, TheAnswerToHeadHasNoBody) {
  ResponseReader responses = reader(/*head_only=*/true);
  EXPECT_EQ(responses.put("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), State::done);
  EXPECT_TRUE(responses.can_go_on());
}

TEST(ResponseReader, ABodyWithoutALengthEndsWithTheConnection) {
  ResponseReader responses = reader();
  EXPECT_EQ(responses.put("HTTP/1.1 200 OK\r\n\r\n"), State::body);
  EXPECT_EQ(responses.put("abc"), State::body);
  EXPECT_FALSE(responses.response().complete);
  EXPECT_EQ(responses.end(), State::done);
  EXPECT_EQ(responses.response().body, "abc");
  EXPECT_TRUE(responses.response().complete);
  EXPECT_FALSE(responses.can_go_on());
}

TEST(ResponseReader, ABodyThatEndsBeforeItsLengthIsIncomplete) {
  ResponseReader responses = reader();
  responses.put("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  EXPECT_EQ(responses.end(), State::body);
  EXPECT_EQ(responses.response().body, "abc");
  EXPECT_FALSE(responses.response().complete);
}

TEST(ResponseReader, MoreBytesThanAnnouncedSpoilTheConnection) {
  ResponseReader responses = reader();
  EXPECT_EQ(responses.put("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc"), State::done);
  EXPECT_EQ(responses.response().body, "a");
  EXPECT_FALSE(responses.can_go_on());
}

TEST(ResponseReader, CloseAndHttp10EndTheConnection) {
  ResponseReader responses = reader();
  responses.put("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(responses.can_go_on());
  ResponseReader old = reader();
  old.put("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(old.state(), State::done);
  EXPECT_FALSE(old.can_go_on());
}

TEST(ResponseReader, TellsWhatIsNotHttp) {
  for (const char* bytes :
       {"SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x01\x01\x02\x02\x46", "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    ResponseReader responses = reader();
    EXPECT_EQ(responses.put(bytes), State::not_http) << bytes;
    EXPECT_NE(responses.error(), "");
  }
}

TEST(ResponseReader, CutsABodyOffAtTheLimit) {
  ResponseReader responses = reader();
  EXPECT_EQ(responses.put("HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x')), State::too_large);
  EXPECT_TRUE(responses.head_done());
  EXPECT_EQ(responses.response().body.size(), 100U);
  EXPECT_FALSE(responses.response().complete);
}

TEST(ResponseReader, EndsHeadsThatDoNot) {
  const std::string line = "a: " + std::string(50, 'x') + "\r\n";
  for (const std::string& piece : {line, std::string(50, 'x')}) {
    ResponseReader responses = reader();
    responses.put("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100 && responses.state() == State::head; ++i) responses.put(piece);
    EXPECT_EQ(responses.state(), State::too_large) << responses.error();
    EXPECT_FALSE(responses.head_done());
  }
}

TEST(ResponseReader, EndsTrailersThatDoNot) {
  ResponseReader responses = reader();
  responses.put("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  for (int i = 0; i < 100 && responses.state() == State::body; ++i) responses.put("trailer: 1\r\n");
  EXPECT_EQ(responses.state(), State::too_large);
}

}  // namespace
}  // namespace wire

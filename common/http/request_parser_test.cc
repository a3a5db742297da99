#include "common/http/request_parser.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string_view>

namespace http {
namespace {

constexpr std::size_t kMaxHead = 1000;
constexpr std::size_t kMaxBody = 100;

/// The status that the parser refuses a whole message with.
int refusal_of(std::string_view bytes) {
  RequestParser parser(kMaxHead, kMaxBody);
  Request request;
  parser.begin(request);
  parser.put(bytes.data(), bytes.size());
  return parser.error_status();
}

TEST(RequestParser, TakesTheSameRequestHoweverTheBytesAreCut) {
  const std::string bytes =
      "POST /a%2e?b=%20?c HTTP/1.1\r\nHost: h\r\nX-Key:  a%2Eb \r\nx-key:\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3;ext\r\nabc\r\n2\r\nde\r\n0\r\nAuthorization: x\r\n\r\n";
  RequestParser parser(kMaxHead, kMaxBody);
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    Request request;
    parser.begin(request);
    std::size_t begin = 0;
    for (std::size_t end = step; !parser.done(); end = std::min(end + step, bytes.size())) {
      begin += parser.put(bytes.data() + begin, end - begin);
      ASSERT_EQ(parser.error_status(), 0) << step;
    }
    EXPECT_EQ(begin, bytes.size());
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/a%2e?b=%20?c");
    EXPECT_EQ(request.path, "/a%2e");
    EXPECT_EQ(request.query, "b=%20?c");
    ASSERT_EQ(request.headers.size(), 4U) << "a trailer is no header";
    EXPECT_EQ(request.headers[1].name, "X-Key");
    EXPECT_EQ(request.headers[1].value, "a%2Eb");
    EXPECT_EQ(request.headers[2].name, "x-key");
    EXPECT_EQ(request.headers[2].value, "");
    EXPECT_EQ(request.body, "abcde");
    EXPECT_TRUE(parser.keep_alive());
  }
}

TEST(RequestParser, TheEndOfAnEmptyChunkedBodyMayComeInPieces) {
  RequestParser parser(kMaxHead, kMaxBody);
  Request request;
  parser.begin(request);
  std::string unused;
  for (const char* piece :
       {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "\r", "\n"}) {
    EXPECT_FALSE(parser.done());
    unused += piece;
    unused.erase(0, parser.put(unused.data(), unused.size()));
  }
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.error_status(), 0);
}

TEST(RequestParser, LeavesThePipelinedRequestAlone) {
  const std::string_view first = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string bytes = std::string(first) + "GET /2 HTTP/1.1\r\n";
  RequestParser parser(kMaxHead, kMaxBody);
  Request request;
  parser.begin(request);
  EXPECT_EQ(parser.put(bytes.data(), bytes.size()), first.size());
  EXPECT_TRUE(parser.done());
}

TEST(RequestParser, KnowsWhoMayKeepTheConnection) {
  const auto keeps = [](std::string_view bytes) {
    RequestParser parser(kMaxHead, kMaxBody);
    Request request;
    parser.begin(request);
    parser.put(bytes.data(), bytes.size());
    EXPECT_TRUE(parser.done()) << bytes;
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

struct BadRequest {
  const char* name;
  const char* rest;  ///< after "POST / HTTP/1.1\r\n"
};
void PrintTo(const BadRequest& bad, std::ostream* out) { *out << bad.name; }

class AmbiguousRequest : public testing::TestWithParam<BadRequest> {};

TEST_P(AmbiguousRequest, IsRefusedWith400) {
  EXPECT_EQ(refusal_of(std::string("POST / HTTP/1.1\r\n") + GetParam().rest), 400);
}

INSTANTIATE_TEST_SUITE_P(
    RequestParser, AmbiguousRequest,
    testing::Values(
        BadRequest{"LengthAndChunked",
                   "Host: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"},
        BadRequest{"ChunkedAndLength",
                   "Host: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"},
        BadRequest{"TwoLengths", "Host: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n"},
        BadRequest{"TwoEqualLengths", "Host: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n"},
        BadRequest{"NegativeLength", "Host: h\r\nContent-Length: -3\r\n\r\n"},
        BadRequest{"NoLength", "Host: h\r\nContent-Length:\r\n\r\n"},
        BadRequest{"UnknownCoding", "Host: h\r\nTransfer-Encoding: gzip\r\n\r\n"},
        BadRequest{"ChunkedNotLast", "Host: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"},
        BadRequest{"NoHost", "\r\n"}, BadRequest{"TwoHosts", "Host: h\r\nHost: h\r\n\r\n"},
        BadRequest{"BlankBeforeColon", "Host : h\r\n\r\n"},
        BadRequest{"NoColon", "Host: h\r\nnonsense\r\n\r\n"},
        BadRequest{"ControlCharacter", "Host: h\r\na: b\x01\r\n\r\n"},
        BadRequest{"BadChunkSize", "Host: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(RequestParser, RefusesChunkedFromHttp10) {
  EXPECT_EQ(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestParser, RefusesWhatIsNotHttp) {
  EXPECT_EQ(refusal_of("\x16\x03\x01\x02 hello"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/3.0\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET /a b HTTP/1.1\r\n\r\n"), 400);
}

TEST(RequestParser, RefusesALargeBodyWith413) {
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n"), 413);
  const std::string chunk = "3c\r\n" + std::string(60, 'x') + "\r\n";
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk +
                       chunk),
            413);
}

TEST(RequestParser, RefusesALargeHeadWith431HoweverItIsCut) {
  RequestParser parser(kMaxHead, kMaxBody);
  Request request;
  parser.begin(request);
  std::string unused = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 1000 && parser.error_status() == 0; ++i) {
    unused.erase(0, parser.put(unused.data(), unused.size()));
    unused += "a: bcdefghij\r\n";
  }
  EXPECT_EQ(parser.error_status(), 431);
}

}  // namespace
}  // namespace http

#include "harness/timing/answer.h"

#include <gtest/gtest.h>

namespace timing {
namespace {

using State = AnswerReader::State;

/// Feeds it byte by byte, as the least favourable network would.
State trickle(AnswerReader& reader, std::string_view bytes) {
  auto state = State::more;
  for (const char& byte : bytes) {
    if (state != State::more) return State::broken;
    state = reader.take({&byte, 1});
  }
  return state;
}

struct Sample {
  std::string_view bytes;
  int status;
  std::size_t body_bytes;
  bool keeps_open;
};

TEST(AnswerReader, FindsTheEndOfEveryKindOfAnswer) {
  const Sample samples[] = {
      {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nhello", 401, 5, true},
      {"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nConnection: close\r\n\r\n", 401, 0,
       false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, 1, false},
      {"HTTP/1.1 204 No Content\r\n\r\n", 204, 0, true},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403, 2,
       true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
       "chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n"
       "Trailer: 1\r\n\r\n",
       200, 13, true},
  };
  for (const auto& sample : samples) {
    AnswerReader at_once;
    EXPECT_EQ(at_once.take(sample.bytes), State::complete) << sample.bytes;
    AnswerReader slowly;
    EXPECT_EQ(trickle(slowly, sample.bytes), State::complete) << sample.bytes;
    for (const auto* reader : {&at_once, &slowly}) {
      EXPECT_EQ(reader->shape().status, sample.status);
      EXPECT_EQ(reader->shape().body_bytes, sample.body_bytes);
      EXPECT_EQ(reader->keeps_open(), sample.keeps_open);
    }
    EXPECT_EQ(at_once.shape(), slowly.shape());
  }
}

TEST(AnswerReader, WithoutALengthTheCloseEndsIt) {
  AnswerReader reader;
  EXPECT_EQ(reader.take("HTTP/1.1 401 Unauthorized\r\n\r\nsome"), State::more);
  EXPECT_FALSE(reader.keeps_open());
  EXPECT_EQ(reader.peer_closed(), State::complete);
  EXPECT_EQ(reader.shape().body_bytes, 4U);
}

TEST(AnswerReader, ACloseInTheMiddleBreaksIt) {
  AnswerReader reader;
  EXPECT_EQ(reader.take("HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nhel"), State::more);
  EXPECT_EQ(reader.peer_closed(), State::broken);
}

TEST(AnswerReader, BytesThatNobodyAskedForBreakIt) {
  AnswerReader reader;
  EXPECT_EQ(reader.take("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy"), State::broken);
}

TEST(AnswerReader, NonsenseBreaksItAndIsBounded) {
  for (const std::string_view bytes :
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 banana\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"}) {
    AnswerReader reader;
    EXPECT_EQ(reader.take(bytes), State::broken) << bytes;
  }
  AnswerReader reader;
  auto state = reader.take("HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 100 && state == State::more; ++i) {
    state = reader.take("X: " + std::string(1000, 'x') + "\r\n");
  }
  EXPECT_EQ(state, State::broken);
}

TEST(Shape, FieldsAreComparedByTheirNamesOnly) {
  const auto shape_of = [](std::string_view bytes) {
    AnswerReader reader;
    reader.take(bytes);
    return reader.shape();
  };
  const auto shape = shape_of("HTTP/1.1 401 U\r\nA: 1\r\nB: 2\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(shape, shape_of("HTTP/1.1 401 U\r\nb: 7\r\nContent-Length: 0\r\nConnection: close\r\n"
                            "a: 8\r\n\r\n"));
  EXPECT_NE(shape, shape_of("HTTP/1.1 401 U\r\nA: 1\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_NE(shape, shape_of("HTTP/1.1 403 U\r\nA: 1\r\nB: 2\r\nContent-Length: 0\r\n\r\n"));
}

TEST(AnswerReader, CanBeUsedAgain) {
  AnswerReader reader;
  reader.take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nab");
  reader.restart();
  EXPECT_EQ(reader.take("HTTP/1.1 401 U\r\nContent-Length: 2\r\n\r\nhi"), State::complete);
  EXPECT_TRUE(reader.keeps_open());
  EXPECT_EQ(reader.shape().body_bytes, 2U);
}

}  // namespace
}  // namespace timing

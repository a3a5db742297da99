#include "harness/wire/content_coding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "harness/wire/response_reader.h"

namespace wire {
namespace {

using testing::HasSubstr;

constexpr std::size_t kNoBound = 1UL << 20;
constexpr int kGzip = MAX_WBITS + 16;
constexpr int kZlib = MAX_WBITS;
constexpr int kRaw = -MAX_WBITS;

std::string packed(std::string text, int window) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Decoded {
  std::string body;
  std::string problem;
  bool fits = true;
};

Decoded decoded(const std::string& coding, const std::string& bytes, std::size_t step = kNoBound,
                std::size_t limit = kNoBound) {
  ContentDecoder decoder(coding, limit);
  Decoded result;
  for (std::size_t at = 0; at < bytes.size() && result.fits; at += step) {
    result.fits = decoder.put(std::string_view(bytes).substr(at, step), result.body);
  }
  decoder.finish();
  result.problem = decoder.problem();
  return result;
}

TEST(ContentDecoder, DecodesGzipAndBothFormsOfDeflateHoweverTheBytesAreCut) {
  const std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"tools":[]}})";
  const std::pair<const char*, std::string> forms[] = {{"gzip", packed(text, kGzip)},
                                                       {"X-GZip", packed(text, kGzip)},
                                                       {"deflate", packed(text, kZlib)},
                                                       {" Deflate ", packed(text, kRaw)},
                                                       {"identity", text},
                                                       {"", text}};
  for (const auto& [coding, bytes] : forms) {
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
      const Decoded result = decoded(coding, bytes, step);
      ASSERT_EQ(result.body, text) << coding << " in steps of " << step;
      ASSERT_EQ(result.problem, "") << coding << " in steps of " << step;
    }
  }
}

TEST(ContentDecoder, ReadsEveryMemberOfGzipAndIgnoresPaddingAfterIt) {
  const std::string bytes = packed("one", kGzip) + packed("two", kGzip);
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    EXPECT_EQ(decoded("gzip", bytes, step).body, "onetwo") << step;
    EXPECT_EQ(decoded("gzip", bytes, step).problem, "") << step;
  }
  EXPECT_EQ(decoded("gzip", packed("one", kGzip) + std::string(20, '\0')).body, "one");
  EXPECT_EQ(decoded("gzip", packed("one", kGzip) + std::string(20, '\0')).problem, "");
}

TEST(ContentDecoder, StopsAtTheLimitOfADecompressionBomb) {
  const std::string bomb = packed(std::string(20UL << 20, 'a'), kGzip);
  ASSERT_LT(bomb.size(), 100'000U);
  const Decoded result = decoded("gzip", bomb, kNoBound, 1'000);
  EXPECT_FALSE(result.fits);
  EXPECT_EQ(result.body, std::string(1'000, 'a'));
}

TEST(ContentDecoder, KeepsWhatIsNotWhatItsLabelSays) {
  const Decoded plain = decoded("gzip", "{\"plain\":1}");
  EXPECT_EQ(plain.body, "{\"plain\":1}");
  EXPECT_EQ(plain.problem, "labelled gzip, but not compressed");
  EXPECT_EQ(decoded("gzip", "{\"plain\":1}", 1).body, "{\"plain\":1}");
}

TEST(ContentDecoder, NamesACodingThatItDoesNotKnow) {
  const Decoded result = decoded("br", "\x8b\x02");
  EXPECT_EQ(result.body, "\x8b\x02");
  EXPECT_THAT(result.problem, HasSubstr("in the content coding br"));
  EXPECT_EQ(decoded("br", "").problem, "") << "nothing came that could be in any coding";
}

TEST(ContentDecoder, SaysWhereABodyBreaksOff) {
  const std::string whole = packed("a text that is long enough to be cut", kGzip);
  EXPECT_EQ(decoded("gzip", whole.substr(0, whole.size() - 6)).problem,
            "cut off within its gzip data");
  EXPECT_EQ(decoded("gzip", "").problem, "");
}

TEST(ContentDecoder, IsWhatAResponseGoesThrough) {
  const std::string body = packed("hello", kGzip);
  ResponseReader responses(false, 1000, 100);
  responses.put("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_EQ(responses.state(), ResponseReader::State::done) << responses.error();
  EXPECT_EQ(responses.response().body, "hello");
  EXPECT_EQ(responses.response().coding_problem, "");
}

TEST(ContentDecoder, BoundsTheBodyOfAResponseAfterDecoding) {
  const std::string body = packed(std::string(200, 'a'), kGzip);
  ASSERT_LT(body.size(), 100U);
  ResponseReader responses(false, 1000, 100);
  responses.put("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_EQ(responses.state(), ResponseReader::State::too_large);
  EXPECT_EQ(responses.response().body.size(), 100U);
}

}  // namespace
}  // namespace wire

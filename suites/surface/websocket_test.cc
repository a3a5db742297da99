#include "suites/surface/websocket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace suites::surface {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string unmasked(std::string_view text) {
  std::string frame = "\x81";
  if (text.size() > 125) {
    frame += {'\x7E', static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xFF)};
  } else {
    frame += static_cast<char>(text.size());
  }
  return frame.append(text);
}

TEST(ClientFrame, IsMasked) {
  const std::string frame = client_frame("hi");
  ASSERT_EQ(frame.size(), 8U);
  EXPECT_EQ(frame[0], '\x81');
  EXPECT_EQ(frame[1], '\x82');
  EXPECT_EQ(frame[6] ^ frame[2], 'h');
  EXPECT_EQ(frame[7] ^ frame[3], 'i');
}

TEST(ClientFrame, HasTwoBytesOfLengthWhereTheyAreNeeded) {
  const std::string frame = client_frame(std::string(300, 'x'));
  EXPECT_EQ(frame.size(), 308U);
  EXPECT_EQ(frame.substr(1, 3), (std::string{'\xFE', '\x01', '\x2C'}));
}

TEST(TextsInFrames, ReadsWhatIsComplete) {
  const std::string ping("\x89\x00", 2);
  const std::string all = ping + unmasked("one") + unmasked(std::string(200, 'y')) +
                          "\x81\x05"
                          "ab";
  EXPECT_THAT(texts_in_frames(all), ElementsAre("one", std::string(200, 'y')));
}

TEST(TextsInFrames, IgnoresLengthsBeyondTheBytes) {
  EXPECT_THAT(texts_in_frames(std::string("\x81\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10)),
              IsEmpty());
}

}  // namespace
}  // namespace suites::surface

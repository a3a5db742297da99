#include "harness/wire/sse.h"

#include <gtest/gtest.h>

#include <ostream>

namespace wire {

bool operator==(const Event& a, const Event& b) {
  return a.event == b.event && a.data == b.data && a.id == b.id;
}
void PrintTo(const Event& event, std::ostream* out) {
  *out << "{" << event.event << "|" << event.data << "|" << event.id << "}";
}

namespace {

using Events = std::vector<Event>;

TEST(ParseEvents, AnEventEndsWithABlankLine) {
  EXPECT_EQ(parse_events("data: {}\n\n"), (Events{{"message", "{}", ""}}));
}

TEST(ParseEvents, WhatIsNotYetEndedIsLeftOut) {
  EXPECT_EQ(parse_events("data: 1\n\ndata: 2\n"), (Events{{"message", "1", ""}}));
  EXPECT_EQ(parse_events("data: 1"), Events{});
  EXPECT_EQ(parse_events(""), Events{});
}

TEST(ParseEvents, LinesEndWithLfCrOrBoth) {
  const Events two{{"message", "1", ""}, {"message", "2", ""}};
  EXPECT_EQ(parse_events("data: 1\n\ndata: 2\n\n"), two);
  EXPECT_EQ(parse_events("data: 1\r\rdata: 2\r\r"), two);
  EXPECT_EQ(parse_events("data: 1\r\n\r\ndata: 2\r\n\r\n"), two);
}

TEST(ParseEvents, SeveralDataLinesAreJoined) {
  EXPECT_EQ(parse_events("data: a\ndata\ndata:b\n\n"), (Events{{"message", "a\n\nb", ""}}));
}

TEST(ParseEvents, OneBlankAfterTheColonIsDropped) {
  EXPECT_EQ(parse_events("data:  a \n\n"), (Events{{"message", " a ", ""}}));
}

TEST(ParseEvents, TheTypeIsForOneEventTheIdForAllThatFollow) {
  EXPECT_EQ(parse_events("event: ping\nid: 7\ndata: 1\n\ndata: 2\n\n"),
            (Events{{"ping", "1", "7"}, {"message", "2", "7"}}));
}

TEST(ParseEvents, CommentsUnknownFieldsAndEventsWithoutDataAreIgnored) {
  EXPECT_EQ(parse_events(": hello\n\nretry: 5\nevent: x\n\ndata: 1\nother: 2\n\n"),
            (Events{{"message", "1", ""}}));
}

TEST(ParseEvents, AByteOrderMarkAtTheStartIsIgnored) {
  EXPECT_EQ(parse_events("\xEF\xBB\xBF"
                         "data: 1\n\n"),
            (Events{{"message", "1", ""}}));
}

TEST(ParseEvents, AnIdWithNulIsIgnored) {
  EXPECT_EQ(parse_events(std::string_view("id: a\0\ndata: 1\n\n", 16)),
            (Events{{"message", "1", ""}}));
}

}  // namespace
}  // namespace wire

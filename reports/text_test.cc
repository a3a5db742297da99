#include "reports/text.h"

#include <gtest/gtest.h>

namespace reports {
namespace {

TEST(Printable, KeepsLinesTabsAndLetters) {
  EXPECT_EQ(printable("a\tb\nc\r\nd ü 日本 🙂"), "a\tb\nc\r\nd ü 日本 🙂");
}

TEST(Printable, SpellsOutWhatSteersATerminal) {
  EXPECT_EQ(printable(std::string_view("\x1b[2J\a\0\x7f", 7)), "\\x1b[2J\\x07\\x00\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(printable("a\rb"), "a\\x0db");
}

TEST(Printable, SpellsOutWhatTurnsTheWritingDirection) {
  EXPECT_EQ(printable("\u202eabc\u2066"), "\\u{202e}abc\\u{2066}");
}

TEST(Printable, SpellsOutBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("\xff\xc0\xaf\xed\xa0\x80\xc3"), "\\xff\\xc0\\xaf\\xed\\xa0\\x80\\xc3");
}

TEST(OneLine, MakesOneBlankOfAnyRunOfThem) { EXPECT_EQ(one_line(" a\r\n\t b\n"), "a b"); }

TEST(Wrap, BreaksAtBlanksAndIndentsWhatFollows) {
  EXPECT_EQ(wrap("one two three", 2, 9), "one two\n  three");
}

TEST(Wrap, LeavesLongWordsWholeSoThatTheyCanBeCopied) {
  EXPECT_EQ(wrap("see http://127.0.0.1:3000/mcp now", 2, 12),
            "see\n  http://127.0.0.1:3000/mcp\n  now");
}

TEST(DurationText, ChoosesItsUnit) {
  EXPECT_EQ(duration_text(12), "12 ms");
  EXPECT_EQ(duration_text(1432), "1.4 s");
  EXPECT_EQ(duration_text(125'000), "2 min 5 s");
}

}  // namespace
}  // namespace reports

#include "common/base/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace base {
namespace {

TEST(ParseJson, TakesAnObject) {
  const auto value = parse_json(R"({"a":[1,2.5,null,true,"x"]})");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->at("a").size(), 5U);
}

TEST(ParseJson, DuplicateMemberIsAnErrorWithItsPointer) {
  const auto value = parse_json(R"({"keys":[{"kid":"a"},{"kid":"b","kid":"c"}]})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message, "/keys/1/kid: the member appears twice");
}

TEST(ParseJson, SameNameInDifferentObjectsIsFine) {
  EXPECT_TRUE(parse_json(R"({"a":{"x":1},"b":{"x":1}})"));
}

TEST(ParseJson, SyntaxErrorNamesLineAndColumn) {
  const auto value = parse_json("{\n  \"a\": ,\n}");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message.rfind("line 2, column ", 0), 0U) << value.error().message;
}

TEST(ParseJson, RefusesWhatFollowsTheValue) { EXPECT_FALSE(parse_json("{} x")); }

TEST(ParseJson, RefusesInvalidUtf8) { EXPECT_FALSE(parse_json("{\"a\":\"\xff\"}")); }

TEST(ParseJson, RefusesNumbersThatNoDoubleHolds) { EXPECT_FALSE(parse_json("{\"exp\":1e400}")); }

TEST(ParseJson, RefusesDeepNestingWithoutRunningOutOfStack) {
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
  EXPECT_TRUE(parse_json(std::string(60, '[') + std::string(60, ']')));
}

TEST(ParseJson, CommentsAreForFilesOnly) {
  EXPECT_FALSE(parse_json("{} // no"));
  EXPECT_TRUE(parse_json_with_comments("// yes\n{/* too */}"));
}

TEST(Dump, NeverThrowsOnInvalidUtf8) {
  EXPECT_EQ(dump(nlohmann::json("\xff")), "\"\xef\xbf\xbd\"");
}

TEST(JsonString, EscapesWhatItMust) { EXPECT_EQ(json_string("a\"b\n"), R"("a\"b\n")"); }

TEST(Json, AMemberThatIsNoTextReadsAsEmpty) {
  const auto object = parse_json(R"({"text":"yes","number":1})").value();
  EXPECT_EQ(text_member(object, "text"), "yes");
  EXPECT_EQ(text_member(object, "number"), "");
  EXPECT_EQ(text_member(object, "missing"), "");
  EXPECT_EQ(text_member(parse_json("[]").value(), "text"), "");
}

TEST(Json, TextsLeaveOutWhatIsNoText) {
  EXPECT_EQ(texts(parse_json(R"(["a",1,null,"b",["c"]])").value()),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(texts(parse_json(R"({"a":"b"})").value()).empty());
}

}  // namespace
}  // namespace base

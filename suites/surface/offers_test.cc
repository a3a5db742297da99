#include "suites/surface/offers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace suites::surface {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names_of(const Offers& offers) {
  std::vector<std::string> names;
  for (const Offer& offer : offers) names.push_back(offer.name);
  return names;
}

TEST(OffersOfTools, CallsWhatOnlyReadsByAnnotationOrName) {
  const auto offers = offers_of_tools(
      R"({"tools":[{"name":"charge","annotations":{"readOnlyHint":true}},{"name":"getUser"},
          {"name":"whoami"},{"name":"get_token"},{"name":"frobnicate"}]})");
  EXPECT_THAT(names_of(offers.harmless),
              ElementsAre("tools/call of charge", "tools/call of getUser", "tools/call of whoami"));
  EXPECT_THAT(offers.impossible, IsEmpty());
}

TEST(OffersOfTools, LeavesOutTheArgumentsOfWhatMayChangeSomething) {
  const auto offers = offers_of_tools(
      R"({"tools":[{"name":"send_mail","inputSchema":{"required":["to"]}},
          {"name":"echo","annotations":{"destructiveHint":true},"inputSchema":{"required":["a"]}}]})");
  EXPECT_THAT(offers.harmless, IsEmpty());
  ASSERT_THAT(names_of(offers.impossible),
              ElementsAre("tools/call of send_mail without its arguments",
                          "tools/call of echo without its arguments"));
  EXPECT_THAT(offers.impossible[0].operation.params, HasSubstr(R"("arguments":{})"));
}

TEST(OffersOfTools, NeverCallsWhatMayChangeSomethingAndNeedsNothing) {
  const auto offers = offers_of_tools(R"({"tools":[{"name":"delete_everything"}]})");
  EXPECT_THAT(offers.harmless, IsEmpty());
  EXPECT_THAT(offers.impossible, IsEmpty());
}

TEST(OffersOfTools, FillsInSamplesByTheSchema) {
  const auto offers = offers_of_tools(
      R"({"tools":[{"name":"add","inputSchema":{"required":["a","b"],
          "properties":{"a":{"type":"integer","minimum":7},"b":{"enum":["x"]}}}}]})");
  ASSERT_EQ(offers.harmless.size(), 1U);
  EXPECT_THAT(offers.harmless[0].operation.params, HasSubstr(R"({"a":7,"b":"x"})"));
}

TEST(OffersOfResources, ReadWhatIsListedElseWhatDoesNotExist) {
  EXPECT_THAT(names_of(offers_of_resources(R"({"resources":[{"uri":"a://b"},{"name":"c"}]})")),
              ElementsAre("resources/read of a://b"));
  EXPECT_THAT(names_of(offers_of_resources("not JSON")),
              ElementsAre("resources/read of an unknown resource"));
}

TEST(OffersOfPrompts, FillInRequiredArguments) {
  const auto offers = offers_of_prompts(
      R"({"prompts":[{"name":"p","arguments":[{"name":"x","required":true},{"name":"y"}]}]})");
  ASSERT_EQ(offers.size(), 1U);
  EXPECT_THAT(offers[0].operation.params, HasSubstr(R"("arguments":{"x":"mcp-authspec"})"));
}

TEST(OffersOfCompletion, PreferAPromptOverATemplate) {
  const std::string prompts = R"({"prompts":[{"name":"p","arguments":[{"name":"x"}]}]})";
  const std::string templates = R"({"resourceTemplates":[{"uriTemplate":"file:///{+path}"}]})";
  EXPECT_THAT(offers_of_completion(prompts, templates)[0].operation.params,
              HasSubstr(R"("argument":{"name":"x")"));
  EXPECT_THAT(offers_of_completion("{}", templates)[0].operation.params,
              HasSubstr(R"("argument":{"name":"path")"));
}

}  // namespace
}  // namespace suites::surface

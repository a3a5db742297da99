#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include <nlohmann/json.hpp>

#include "common/base/file.h"
#include "common/base/json.h"
#include "reports/json.h"
#include "reports/sample_run.h"

namespace reports {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

/// The keywords of JSON Schema 2020-12 that the report's schema uses. Any other is a breach, so
/// the schema cannot grow beyond what is checked here.
class Validator {
 public:
  explicit Validator(const json& root) : root_(root) {}

  std::vector<std::string> breaches(const json& value) {
    check(value, root_, "");
    return std::move(breaches_);
  }

 private:
  void breach(const std::string& place, const std::string& what) {
    breaches_.push_back((place.empty() ? "/" : place) + ": " + what);
  }

  static bool has_type(const json& value, const std::string& type) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == value.type_name();
  }

  void check(const json& value, const json& schema, const std::string& place) {
    for (const auto& [keyword, demand] : schema.items()) {
      if (keyword == "$ref") {
        check(value, root_.at(json::json_pointer(demand.get<std::string>().substr(1))), place);
      } else if (keyword == "type") {
        if (!has_type(value, demand)) breach(place, "is not of type " + demand.dump());
      } else if (keyword == "const") {
        if (value != demand) breach(place, "is not " + demand.dump());
      } else if (keyword == "enum") {
        if (std::find(demand.begin(), demand.end(), value) == demand.end()) {
          breach(place, value.dump() + " is not among " + demand.dump());
        }
      } else if (keyword == "pattern") {
        const std::regex pattern(demand.get<std::string>());
        if (!std::regex_search(value.get<std::string>(), pattern))
          breach(place, "has no such form");
      } else if (keyword == "minimum") {
        if (value < demand) breach(place, "is less than " + demand.dump());
      } else if (keyword == "required") {
        for (const auto& name : demand) {
          if (!value.contains(name)) breach(place, "lacks " + name.dump());
        }
      } else if (keyword == "items") {
        for (std::size_t i = 0; i < value.size(); ++i) {
          check(value.at(i), demand, place + "/" + std::to_string(i));
        }
      } else if (keyword == "additionalProperties") {
        check_names(value, schema, place);
      } else if (keyword == "properties") {
        check_members(value, demand, place);
      } else if (!is_annotation(keyword)) {
        breach(place, "the schema uses " + keyword);
      }
    }
  }

  void check_names(const json& value, const json& schema, const std::string& place) {
    for (const auto& [name, member] : value.items()) {
      if (!schema.at("properties").contains(name)) breach(place + "/" + name, "is not known");
    }
  }

  void check_members(const json& value, const json& properties, const std::string& place) {
    for (const auto& [name, member] : value.items()) {
      if (properties.contains(name)) check(member, properties.at(name), place + "/" + name);
    }
  }

  static bool is_annotation(const std::string& keyword) {
    return keyword == "$schema" || keyword == "$id" || keyword == "title" ||
           keyword == "description" || keyword == "$defs";
  }

  const json& root_;
  std::vector<std::string> breaches_;
};

json schema() {
  const std::string here = __FILE__;
  const auto path = here.substr(0, here.rfind('/')) + "/schema/report.schema.json";
  return base::parse_json(base::read_file(path).value()).value();
}

json report(const check::RunResult& run) { return base::parse_json(write_json(run, {})).value(); }

std::vector<std::string> breaches(const json& value) {
  const auto root = schema();
  return Validator(root).breaches(value);
}

TEST(Schema, TakesAReportWithOneOfEverything) {
  EXPECT_THAT(breaches(report(sample_run())), IsEmpty());
}

TEST(Schema, TakesAReportOfARunThatNeverBegan) {
  check::RunResult run;
  run.target.mode = "oauth";
  run.problem = "no answer";
  EXPECT_THAT(breaches(report(run)), IsEmpty());
}

TEST(Schema, RefusesMembersThatItDoesNotKnow) {
  auto changed = report(sample_run());
  changed["cases"][0]["mood"] = "good";
  EXPECT_THAT(breaches(changed), ElementsAre("/cases/0/mood: is not known"));
}

TEST(Schema, RefusesATimingThatLacksAMember) {
  json value = report(sample_run());
  ASSERT_EQ(value["observations"]["timing"].size(), 1U);
  value["observations"]["timing"][0].erase("bound_ns");
  EXPECT_THAT(breaches(value), ElementsAre("/observations/timing/0: lacks \"bound_ns\""));
}

TEST(Schema, RefusesAReportThatLacksAMember) {
  auto changed = report(sample_run());
  changed["cases"][1].erase("verdict");
  EXPECT_THAT(breaches(changed), ElementsAre("/cases/1: lacks \"verdict\""));
}

TEST(Schema, RefusesAVerdictThatDoesNotExist) {
  auto changed = report(sample_run());
  changed["cases"][0]["verdict"] = "MAYBE";
  EXPECT_EQ(breaches(changed).size(), 1U);
}

TEST(Json, NestsObservationsByTheDotsOfTheirNames) {
  auto run = sample_run();
  run.observations = {
      {"jwks.fetches", "3"}, {"leeway_s", "60"}, {"leeway_s.deep", "1"}, {"x", "{"}};
  EXPECT_EQ(report(run).at("observations"),
            json::parse(R"({"jwks":{"fetches":3},"leeway_s":60,"leeway_s.deep":1,"x":"{"})"));
}

}  // namespace
}  // namespace reports

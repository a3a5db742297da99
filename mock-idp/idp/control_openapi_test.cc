#include <gtest/gtest.h>

#include <set>

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "mock-idp/idp/control.h"
#include "mock-idp/idp/control_testing.h"

namespace idp {
namespace {

using Json = nlohmann::json;

class OpenApiTest : public ControlTest {
 protected:
  Json document() const { return json_of(get("/_ctl/openapi.json")); }
  http::ClientResponse call(const std::string& method, const std::string& path,
                            const std::string& query, const std::string& body) const {
    const std::string target = base::replace_all(path, "{issuer}", "main") + query;
    if (method == "post") return post(target, body);
    return method == "get" ? get("/_ctl" + target) : remove(target);
  }
};

TEST_F(OpenApiTest, EveryCommandIsDescribedAndNothingElse) {
  std::set<std::string> described;
  const Json paths = document()["paths"];
  for (const auto& [path, methods] : paths.items()) {
    for (const auto& [method, operation] : methods.items()) {
      described.insert(base::to_upper(method) + " " + path);
      EXPECT_FALSE(operation["summary"].get<std::string>().empty()) << path;
    }
  }
  std::set<std::string> known;
  for (const ControlCommand& command : control_commands()) {
    known.insert(std::string(command.method) + " " + std::string(command.path));
  }
  EXPECT_EQ(described, known);
}

TEST_F(OpenApiTest, EveryCommandThatIsDescribedIsThereAndRefusesWhatIsNotDescribed) {
  const Json paths = document()["paths"];
  for (const auto& [path, methods] : paths.items()) {
    for (const auto& [method, operation] : methods.items()) {
      const auto response =
          call(method, path, method == "post" ? "" : "?no_such_thing=1", R"({"no_such_thing":1})");
      EXPECT_EQ(response.status, 400) << method << " " << path;
      EXPECT_NE(response.body.find("no_such_thing is unknown here"), std::string::npos) << path;
    }
  }
}

TEST_F(OpenApiTest, EveryMemberThatIsDescribedIsKnownWithItsType) {
  const Json paths = document()["paths"];
  for (const auto& [path, methods] : paths.items()) {
    for (const auto& [method, operation] : methods.items()) {
      if (!operation.contains("requestBody")) continue;
      const Json& schema = operation["requestBody"]["content"]["application/json"]["schema"];
      EXPECT_EQ(schema["additionalProperties"], false);
      for (const auto& [name, member] : schema["properties"].items()) {
        EXPECT_FALSE(member["description"].get<std::string>().empty()) << path << " " << name;
        if (!member.contains("type") && !member.contains("oneOf")) continue;
        // No member is null.
        const auto response = call(method, path, "", Json{{name, nullptr}}.dump());
        EXPECT_EQ(response.status, 400) << path << " " << name;
        EXPECT_EQ(json_of(response)["pointer"], "/" + name) << path;
      }
    }
  }
}

TEST_F(OpenApiTest, WithAnAdminTokenItSaysSo) {
  EXPECT_FALSE(document().contains("security"));
  Options options;
  options.admin_token = "t";
  start(options);
  const Json secured = json_of(get("/_ctl/openapi.json", {{"Authorization", "Bearer t"}}));
  EXPECT_EQ(secured["components"]["securitySchemes"]["admin"]["scheme"], "bearer");
}

}  // namespace
}  // namespace idp

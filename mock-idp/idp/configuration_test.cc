#include "mock-idp/idp/configuration.h"

#include <gtest/gtest.h>

#include <map>

#include <nlohmann/json.hpp>

#include "common/base/json.h"

namespace idp {
namespace {

Configuration configured(std::string_view text) {
  Configuration configuration;
  const auto good = configure(text, configuration);
  EXPECT_TRUE(good) << good.error().message;
  return configuration;
}

std::string refusal_of(std::string_view text) {
  Configuration configuration;
  const auto good = configure(text, configuration);
  return good ? std::string() : good.error().message;
}

TEST(Configuration, SaysWhatFlagsSayAndMore) {
  const Configuration made = configured(R"({
    // People write these.
    "port": 0, "host": "0.0.0.0", "origin": "https://idp.test", "profile": "strict",
    "persona": "okta", "issuers": ["a", "b~lax"], "algorithms": ["RS256"], "keys": "/k",
    "https": true, "names": ["idp.test"], "ca_out": "/ca", "admin_token": "t",
    "journal_capacity": 5, "clock": {"freeze": "2030-01-01T00:00:00Z"},
    "faults": [{"endpoint": "jwks", "kind": "reset"}], "queue": [{"sub": "zoe"}] /* and so on */
  })");
  const Options& options = made.options;
  EXPECT_EQ(options.port, 0);
  EXPECT_EQ(options.host, "0.0.0.0");
  EXPECT_EQ(options.origin, "https://idp.test");
  EXPECT_TRUE(options.strict);
  EXPECT_EQ(options.persona, Persona::okta);
  EXPECT_EQ(made.issuers, (std::vector<std::string>{"a", "b~lax"}));
  EXPECT_EQ(options.algorithms, std::vector<std::string>{"RS256"});
  EXPECT_EQ(options.key_directory, "/k");
  EXPECT_TRUE(options.https);
  EXPECT_EQ(options.names, std::vector<std::string>{"idp.test"});
  EXPECT_EQ(made.ca_out, "/ca");
  EXPECT_EQ(options.admin_token, "t");
  EXPECT_EQ(options.journal_capacity, 5u);
  ASSERT_EQ(options.at_start.size(), 3u);
  EXPECT_EQ(options.at_start[0].command, "POST /clock/freeze");
  EXPECT_EQ(options.at_start[1].command, "POST /faults");
}

TEST(Configuration, ItsSchemaHasEveryMemberAndIsJson) {
  const auto schema = base::parse_json(configuration_schema());
  ASSERT_TRUE(schema) << schema.error().message;
  const auto& members = schema->at("properties");
  for (const auto& [name, member] : members.items()) {
    // No member is null.
    EXPECT_NE(refusal_of("{\"" + name + "\": null}"), "") << name;
  }
  for (const ConfigurationVariable& variable : configuration_variables()) {
    EXPECT_TRUE(members.contains(variable.member)) << variable.name;
  }
  EXPECT_TRUE(members.at("faults").at("items").at("properties").contains("kind"));
}

TEST(Configuration, AnEmptyOneChangesNothing) {
  const Configuration made = configured("{}");
  EXPECT_EQ(made.options.host, Options().host);
  EXPECT_TRUE(made.issuers.empty());
}

TEST(Configuration, WhatIsWrongIsNamed) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"prot": 1})", "/prot is unknown here; did you mean port?"},
      {R"({"port": "1"})", "/port has to be a whole number"},
      {R"({"port": 65536})", "/port has to be from 0 to 65535"},
      {R"({"profile": "loose"})", "/profile has to be one of lax, strict"},
      {R"({"issuers": ["a/b"]})", "/issuers a/b: a name is 1 to 128 letters, digits or . _ ~ -"},
      {R"({"algorithms": ["ES265"]})", "/algorithms ES265: the algorithms are "},
      {R"({"faults": {}})", "/faults has to be an array"},
      {R"({"clock": {"stop": 1}})", "/clock/stop is unknown here"},
      {R"({"port": 1, "port": 2})", "/port: the member appears twice"},
      {"[]", "the configuration has to be a JSON object"},
      {"{", "line 1"},
  };
  for (const auto& [text, message] : wrong) {
    EXPECT_NE(refusal_of(text).find(message), std::string::npos)
        << text << ": " << refusal_of(text);
  }
}

TEST(Configuration, ACommandThatIsWrongIsFoundAtTheStart) {
  const Configuration made = configured(
      R"({"faults": [{"endpoint": "jwks", "kind": "reset"}, {"endpoint": "jwks", "kind": "x"}]})");
  const auto idp = MockIdp::start(made.options);
  ASSERT_FALSE(idp);
  EXPECT_EQ(idp.error().message.rfind("/faults/1/kind has to be one of ", 0), 0u)
      << idp.error().message;
}

TEST(Configuration, WhatIsObeyedAtTheStartHoldsAfterAReset) {
  const Configuration made = configured(R"({"clock": {"freeze": "2030-01-01T00:00:00Z"},
      "clients": [{"client_id": "app", "client_secret": "s",
                   "metadata": {"redirect_uris": ["http://localhost/back"]}}]})");
  const auto idp = MockIdp::start(made.options);
  ASSERT_TRUE(idp) << idp.error().message;
  EXPECT_EQ((*idp)->clock().epoch_seconds(), 1893456000);
  (*idp)->clock().resume();
  ASSERT_TRUE((*idp)->control("POST /clients", R"({"client_id": "other"})") ||
              (*idp)->control("DELETE /clients?client_id=app"));
  ASSERT_TRUE((*idp)->control("POST /reset"));
  EXPECT_EQ((*idp)->clock().epoch_seconds(), 1893456000);
  const auto clients = (*idp)->control("GET /clients");
  ASSERT_TRUE(clients);
  EXPECT_NE(clients->find("\"client_id\":\"app\""), std::string::npos);
  EXPECT_EQ(clients->find("\"client_id\":\"other\""), std::string::npos);
}

TEST(Configuration, TheEnvironmentSaysTheSame) {
  std::map<std::string, std::string> variables = {
      {"MOCK_IDP_PORT", "0"},          {"MOCK_IDP_HTTPS", "true"}, {"MOCK_IDP_ISSUERS", "a b~lax"},
      {"MOCK_IDP_ADMIN_TOKEN", "123"}, {"MOCK_IDP_PROFILE", ""},
  };
  const Environment environment = [&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
  Configuration made;
  ASSERT_TRUE(configure_from(environment, made));
  EXPECT_TRUE(made.options.https);
  EXPECT_EQ(made.issuers, (std::vector<std::string>{"a", "b~lax"}));
  EXPECT_EQ(made.options.admin_token, "123") << "text stays text";
  const std::pair<const char*, const char*> wrong[] = {
      {"MOCK_IDP_PORT", "x"}, {"MOCK_IDP_HTTPS", "yes"}, {"MOCK_IDP_ISSUERS", "a~b"}};
  for (const auto& [name, text] : wrong) {
    const std::string before = variables[name];
    variables[name] = text;
    const auto bad = configure_from(environment, made);
    ASSERT_FALSE(bad) << name;
    EXPECT_EQ(bad.error().message.rfind(name, 0), 0u) << bad.error().message;
    variables[name] = before;
  }
}

}  // namespace
}  // namespace idp

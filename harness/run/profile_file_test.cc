#include "harness/run/profile_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include "common/base/file.h"
#include "common/base/json.h"

namespace run {
namespace {

using nlohmann::json;

std::string fixture(const std::string& name) {
  return (std::filesystem::path(__FILE__).parent_path() / "../../fixtures/profiles" / name)
      .lexically_normal()
      .string();
}

json schema() {
  const auto text = base::read_file(fixture("profile.schema.json"));
  EXPECT_TRUE(text) << text.error().message;
  const auto parsed = base::parse_json(*text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *parsed;
}

std::string error_of(std::string_view text) {
  const auto profile = parse_profile(text);
  return profile ? "(no error)" : profile.error().message;
}

std::set<std::string> member_names(const json& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.items()) names.insert(name);
  return names;
}

std::set<std::string> known(std::string_view object) {
  const auto members = known_members(object);
  return {members.begin(), members.end()};
}

TEST(ProfileFile, SchemaAndParserKnowTheSameMembers) {
  const json document = schema();
  EXPECT_EQ(member_names(document.at("properties")), known(""));
  EXPECT_EQ(member_names(document.at("properties").at("operation").at("properties")),
            known("operation"));
  EXPECT_EQ(member_names(document.at("$defs").at("tool").at("properties")), known("tool"));
}

TEST(ProfileFile, EveryMemberOfTheSchemaIsDescribed) {
  const auto properties = schema().at("properties");
  for (const auto& [name, property] : properties.items()) {
    EXPECT_TRUE(property.contains("description")) << name;
    EXPECT_TRUE(property.contains("examples")) << name;
  }
}

TEST(ProfileFile, TheParserTakesEveryExampleOfTheSchema) {
  const auto properties = schema().at("properties");
  for (const auto& [name, property] : properties.items()) {
    for (const json& example : property.at("examples")) {
      const json profile = {{name, example}};
      EXPECT_EQ(error_of(profile.dump()), "(no error)") << profile;
    }
  }
}

TEST(ProfileFile, AWrongTypeIsRefusedForEveryMember) {
  const auto properties = schema().at("properties");
  for (const auto& [name, property] : properties.items()) {
    const json null_member = {{name, nullptr}};
    if (name == "claims") continue;
    EXPECT_EQ(error_of(null_member.dump()).find("/" + name + ": "), 0U) << name;
  }
  EXPECT_EQ(error_of(R"({"claims":null})"), "/claims: expected an object");
}

TEST(ProfileFile, TheEnumerationsOfTheSchemaAreThoseOfTheParser) {
  const json document = schema().at("properties");
  EXPECT_EQ(
      error_of(R"({"mode":"x"})"), "/mode: expected one of " + [&] {
        std::string all;
        for (const json& mode : document.at("mode").at("enum")) {
          all += (all.empty() ? "" : ", ") + mode.get<std::string>();
        }
        return all;
      }());
  EXPECT_EQ(
      error_of(R"({"revision":"2024-11-05"})"), "/revision: expected one of " + [&] {
        std::string all;
        for (const json& revision : document.at("revision").at("enum")) {
          all += (all.empty() ? "" : ", ") + revision.get<std::string>();
        }
        return all;
      }());
}

TEST(ProfileFile, TheExampleUsesEveryMember) {
  const auto text = base::read_file(fixture("example.jsonc"));
  ASSERT_TRUE(text) << text.error().message;
  const auto document = base::parse_json_with_comments(*text);
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(member_names(*document), known(""));
  const auto profile = read_profile(fixture("example.jsonc"));
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->scoped->scopes, std::vector<std::string>{"weather:alerts"});
  EXPECT_EQ(profile->scoped->arguments, R"({"region":"test"})");
  EXPECT_EQ(profile->claims.at("tenant"), "\"acme\"");
  EXPECT_EQ(profile->key_cache_ttl, std::chrono::seconds{600});
  EXPECT_EQ(profile->env.at("OAUTH_ISSUER"), "{{issuer}}");
  EXPECT_EQ(profile->api_key_template, "Token {key}");
}

TEST(ProfileFile, EveryProfileThatIsShippedIsGood) {
  for (const auto& entry : std::filesystem::directory_iterator(fixture(""))) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".schema.json") || entry.path().extension() == ".md") continue;
    const auto profile = read_profile(entry.path().string());
    EXPECT_TRUE(profile) << profile.error().message;
  }
}

TEST(ProfileFile, AnErrorNamesThePlace) {
  EXPECT_EQ(error_of(R"({"scoped":{"name":"x","scopes":[1]}})"),
            "/scoped/scopes/0: expected a string");
  EXPECT_EQ(error_of(R"({"scoped":{"name":"x","scopes":["a b"]}})"),
            "/scoped/scopes/0: expected one scope, without blanks");
  EXPECT_EQ(error_of(R"({"witness":{}})"), "/witness: the member \"name\" is missing");
  EXPECT_EQ(error_of(R"({"handle":{"use":{"name":"x"}}})"),
            "/handle: the member \"mint\" is missing");
  EXPECT_EQ(error_of(R"({"operation":{"params":{}}})"),
            "/operation: the member \"method\" is missing");
  EXPECT_EQ(error_of(R"({"url":"ftp://x"})").find("/url: expected an absolute"), 0U);
  EXPECT_EQ(error_of(R"({"key_cache_ttl_s":1.5})"),
            "/key_cache_ttl_s: expected a whole number from 0 to 86400");
  EXPECT_EQ(error_of(R"({"headers":{"Authorization":"Bearer x"}})"),
            "/headers/Authorization: credentials are no part of a profile");
  EXPECT_EQ(error_of(R"({"headers":{"X/Y":"z"}})"),
            "/headers/X~1Y: not the name of a header field");
  EXPECT_EQ(error_of(R"({"api_key_header":"X Key"})"),
            "/api_key_header: expected the name of a header field");
  EXPECT_EQ(error_of(R"({"api_key_template":"Token"})"),
            "/api_key_template: expected a text with {key} where the key belongs");
  EXPECT_EQ(error_of(R"({"api_keys":["many"]})"), "/api_keys/0: expected several or revoked");
  EXPECT_EQ(error_of("[]"), "/: expected an object");
  EXPECT_EQ(error_of("{").find("line 1"), 0U);
}

TEST(ProfileFile, AnUnknownMemberIsNamedWithThoseThatAreKnown) {
  const std::string error = error_of(R"({"scope":["x"]})");
  EXPECT_EQ(error.find("/scope: unknown member; known are "), 0U) << error;
  EXPECT_NE(error.find("scope_claim"), std::string::npos);
}

TEST(ProfileFile, AnErrorOfAFileNamesTheFile) {
  const auto missing = read_profile("/nowhere/profile.json");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("/nowhere/profile.json"), std::string::npos);
}

TEST(ProfileFile, SecretsAreNamedByTheirVariable) {
  EXPECT_EQ(error_of(R"({"client":{"id":"c","secret_env":"AUTHSPEC_NO_SUCH_VARIABLE"}})"),
            "/client/secret_env: the variable AUTHSPEC_NO_SUCH_VARIABLE is not set");
  EXPECT_EQ(error_of(R"({"client":{"secret_env":"PATH"}})"),
            "/client: the member \"id\" is missing");
  const auto profile = parse_profile(R"({"client":{"id":"c","secret_env":"PATH"}})");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->client.id, "c");
  EXPECT_FALSE(profile->client.secret.empty());
}

}  // namespace
}  // namespace run

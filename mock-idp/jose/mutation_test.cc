#include "mock-idp/jose/mutation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"

namespace jose {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr long long kNow = 1'800'000'000;

Key pool(const char* alg) { return *Key::from_pool(alg, 0); }

Recipe good(const char* alg) {
  Recipe recipe;
  recipe.now = kNow;
  recipe.key = pool(alg);
  recipe.header.set_string("typ", "at+jwt").set_string("alg", alg);
  recipe.header.set_string("kid", recipe.key->kid());
  recipe.claims.set_string("iss", "http://127.0.0.1:9400/i/main").set_string("sub", "alice");
  recipe.claims.set_string("aud", "http://127.0.0.1:3000/mcp").set_string("client_id", "client-1");
  recipe.claims.set_number("iat", kNow).set_number("exp", kNow + 300);
  recipe.claims.set_string("jti", "one");
  return recipe;
}

Surroundings around(const char* first) {
  Surroundings surroundings;
  surroundings.published = {pool(first)};
  for (const char* alg : {"ES256", "RS256", "EdDSA"}) {
    if (std::string(alg) != first) surroundings.published.push_back(pool(alg));
  }
  surroundings.jwks = "{\"keys\":[" + surroundings.published.front().public_jwk() + "]}";
  surroundings.bait_url = "http://127.0.0.1:9400/bait/unguessable";
  return surroundings;
}

base::Result<std::string> spoiled(const char* alg, std::string_view name) {
  const Mutation* const mutation = find_mutation(name);
  if (mutation == nullptr) return base::fail("there is no such mutation");
  Recipe recipe = good(alg);
  const auto applied = mutation->apply(recipe, around(alg));
  if (!applied) return tl::unexpected(applied.error());
  return recipe.mint();
}

/// Header or payload of a compact token.
json part(const std::string& token, std::size_t index) {
  const auto segments = base::split(token, '.');
  return base::parse_json(base::base64url_decode(segments.at(index)).value_or(""))
      .value_or(json("not JSON"));
}

std::string signature_of(const std::string& token) {
  return base::base64url_decode(token.substr(token.rfind('.') + 1)).value_or("");
}

/// Names of the members in which two objects differ.
std::set<std::string> difference(const json& a, const json& b) {
  std::set<std::string> names;
  for (const auto& [name, value] : a.items()) {
    if (!b.contains(name) || b.at(name) != value) names.insert(name);
  }
  for (const auto& [name, value] : b.items()) {
    if (!a.contains(name)) names.insert(name);
  }
  return names;
}

TEST(Mutations, NamesAreUniqueAndEveryOneIsExplained) {
  std::set<std::string> names;
  for (const Mutation& mutation : mutations()) {
    EXPECT_TRUE(names.insert(mutation.name).second) << mutation.name;
    EXPECT_FALSE(mutation.summary.empty()) << mutation.name;
    EXPECT_EQ(find_mutation(mutation.name), &mutation);
  }
  EXPECT_GT(names.size(), 150U);
  EXPECT_EQ(find_mutation("no-such-mutation"), nullptr);
}

TEST(Mutations, EveryOneAppliesToAnRs256OrAnEs256TokenAndChangesIt) {
  const std::map<std::string, std::string> good_tokens = {{"RS256", *good("RS256").mint()},
                                                          {"ES256", *good("ES256").mint()}};
  for (const Mutation& mutation : mutations()) {
    int made = 0;
    for (const auto& [alg, good_token] : good_tokens) {
      Recipe recipe = good(alg.c_str());
      const auto applied = mutation.apply(recipe, around(alg.c_str()));
      if (!applied) {
        EXPECT_FALSE(applied.error().message.empty()) << mutation.name;
        continue;
      }
      const auto token = recipe.mint();
      ASSERT_TRUE(token) << mutation.name << ": " << token.error().message;
      EXPECT_NE(*token, good_token) << mutation.name;
      ++made;
    }
    EXPECT_GT(made, 0) << mutation.name;
  }
}

TEST(Mutations, OnlyEcTricksAndFormsOfOtherKeyTypesDoNotApplyToRs256) {
  std::set<std::string> refused;
  for (const Mutation& mutation : mutations()) {
    Recipe recipe = good("RS256");
    if (!mutation.apply(recipe, around("RS256"))) refused.insert(mutation.name);
  }
  EXPECT_THAT(refused, testing::UnorderedElementsAre("es-zero", "es-n-r", "es-n-s", "es-n-both",
                                                     "es-der", "es-length-63", "es-length-65",
                                                     "es-negative-pad", "es-malleable"));
}

struct OneClaim {
  const char* mutation;
  std::set<std::string> claims;
  std::set<std::string> header;
};

TEST(Mutations, ChangeExactlyTheirMembers) {
  const OneClaim rows[] = {
      {"expired", {"exp", "iat"}, {}},
      {"exp-missing", {"exp"}, {}},
      {"nbf-future", {"nbf", "exp"}, {}},
      {"aud-other", {"aud"}, {}},
      {"aud-object", {"aud"}, {}},
      {"aud-client-id", {"aud"}, {}},
      {"iss-array-with-good", {"iss"}, {}},
      {"typ-other", {}, {"typ"}},
      {"alg-none-mixed", {}, {"alg"}},
      {"alg-missing", {}, {"alg"}},
      {"kid-unknown", {}, {"kid"}},
      {"wrong-key", {}, {"kid"}},
      {"wrong-key-same-kid", {}, {}},
      {"crit-names-absent", {}, {"crit"}},
      {"embedded-jwk", {}, {"kid", "jwk"}},
      {"jku-foreign", {}, {"kid", "jku"}},
      {"hs-with-public-key-hs256-pem", {}, {"alg"}},
      {"es-der", {}, {}},
      {"tampered-payload", {"sub"}, {}},
      {"tampered-header", {}, {"mcp-authspec"}},
  };
  const std::string control = *good("ES256").mint();
  for (const OneClaim& row : rows) {
    const auto token = spoiled("ES256", row.mutation);
    ASSERT_TRUE(token) << row.mutation;
    EXPECT_EQ(difference(part(control, 0), part(*token, 0)), row.header) << row.mutation;
    EXPECT_EQ(difference(part(control, 1), part(*token, 1)), row.claims) << row.mutation;
  }
}

TEST(Mutations, HeaderFormsKeepTheSignatureRight) {
  // RS256 signs the same twice, so the right signature can be told by making it again.
  for (const char* name : {"alg-missing", "alg-null", "alg-unknown", "header-array", "header-bom",
                           "header-duplicate", "kid-unknown", "crit-unknown", "payload-array"}) {
    const auto token = spoiled("RS256", name);
    ASSERT_TRUE(token) << name;
    const std::string input = token->substr(0, token->rfind('.'));
    EXPECT_EQ(signature_of(*token), *pool("RS256").sign("RS256", input)) << name;
  }
}

TEST(Mutations, PublicKeyAsSecretIsHmacOverThatText) {
  const auto token = spoiled("RS256", "hs-with-public-key-hs256-pem");
  ASSERT_TRUE(token);
  const std::string input = token->substr(0, token->rfind('.'));
  EXPECT_EQ(signature_of(*token), *hmac("HS256", pool("RS256").public_pem(), input));
  EXPECT_EQ(part(*token, 0).at("alg"), "HS256");
  EXPECT_EQ(part(*token, 0).at("kid"), pool("RS256").kid());
}

TEST(Mutations, UnsignedTokensHaveTheSegmentsThatTheirNamesSay) {
  EXPECT_THAT(*spoiled("ES256", "alg-none-lower"), testing::EndsWith("."));
  EXPECT_EQ(base::split(*spoiled("ES256", "alg-none-upper-two-segments"), '.').size(), 2U);
  EXPECT_FALSE(signature_of(*spoiled("ES256", "alg-none-title-junk-signature")).empty());
}

TEST(Mutations, Base64FormsDecodeToTheSameSignature) {
  const auto standard = spoiled("RS256", "base64-standard-alphabet");
  ASSERT_TRUE(standard);
  const std::string text = standard->substr(standard->rfind('.') + 1);
  EXPECT_THAT(text, Not(HasSubstr("-")));
  EXPECT_THAT(text, Not(HasSubstr("_")));
  EXPECT_NE(text.find_first_of("+/"), std::string::npos);
  const auto tail = spoiled("ES256", "base64-noncanonical-tail");
  ASSERT_TRUE(tail);
  EXPECT_FALSE(base::base64url_decode(tail->substr(tail->rfind('.') + 1)));
  EXPECT_THAT(*spoiled("ES256", "base64-padding"), testing::EndsWith("=="));
}

TEST(Mutations, EcdsaFormsHaveTheLengthThatTheirNamesSay) {
  EXPECT_EQ(signature_of(*spoiled("ES256", "es-length-63")).size(), 63U);
  EXPECT_EQ(signature_of(*spoiled("ES256", "es-length-65")).size(), 65U);
  EXPECT_EQ(signature_of(*spoiled("ES256", "es-negative-pad")).size(), 66U);
  EXPECT_EQ(signature_of(*spoiled("ES256", "es-zero")), std::string(64, '\0'));
  EXPECT_EQ(signature_of(*spoiled("ES256", "es-der")).substr(0, 1), "\x30");
}

TEST(Mutations, AudiencesThatCannotBeChangedSoAreNotMinted) {
  Recipe recipe = good("ES256");
  recipe.claims.set_string("aud", "api");
  const auto applied = find_mutation("aud-regex-dot")->apply(recipe, around("ES256"));
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().message, HasSubstr("cannot be changed"));
}

TEST(Mutations, WhereNoAudienceIsThereNoneIsChanged) {
  Recipe recipe = good("RS256");
  recipe.without_claim("aud");
  for (const char* name : {"aud-missing", "aud-other", "aud-prefix", "aud-client-id", "id-token"}) {
    EXPECT_FALSE(find_mutation(name)->apply(recipe, around("RS256"))) << name;
  }
}

TEST(Mutations, OfSeveralAudiencesTheFirstIsChanged) {
  Recipe recipe = good("RS256");
  recipe.claim("aud", R"(["http://127.0.0.1:3000/mcp","account"])");
  ASSERT_TRUE(find_mutation("aud-trailing-slash")->apply(recipe, around("RS256")));
  EXPECT_EQ(recipe.claims.string("aud"), "http://127.0.0.1:3000/mcp/");
}

TEST(Mutations, EncryptedTokensHaveFiveSegments) {
  for (const char* name : {"jwe-token-dir", "jwe-token-rsa-oaep-256", "jwe-pbes2-huge-count"}) {
    EXPECT_EQ(base::split(*spoiled("RS256", name), '.').size(), 5U) << name;
  }
}

TEST(Mutations, ForeignKeysAreNotThePublishedOnes) {
  Surroundings surroundings = around("ES256");
  surroundings.published.push_back(*Key::from_pool("ES256", 3));
  Recipe recipe = good("ES256");
  ASSERT_TRUE(find_mutation("wrong-key-same-kid")->apply(recipe, surroundings));
  for (const Key& key : surroundings.published) {
    EXPECT_NE(recipe.key->public_pem(), key.public_pem());
  }
}

}  // namespace
}  // namespace jose

#include <fnmatch.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mock-idp/jose/mutation.h"
#include "mock-idp/jose/strict_verifier_test.h"

// Each mutation makes a token invalid for what it is named for, and for nothing else: else a server
// that overlooks that one thing rejects the token all the same, and the case passes.
namespace jose {
namespace {

using Reasons = std::set<std::string>;

constexpr long long kToday = 1'800'000'000;
constexpr const char* kOurIssuer = "http://127.0.0.1:9400/i/main";
constexpr const char* kOurAudience = "http://127.0.0.1:3000/mcp";

struct Row {
  const char* mutation;  ///< a name; with asterisks, those of a family that differ in a value only
  Reasons reasons;
};

// The first row that fits a name counts.
const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      // alg
      {"alg-none-*-two-segments", {"form", "alg", "signature"}},
      {"alg-none-*", {"alg", "signature"}},
      {"alg-missing", {"alg"}},
      {"alg-empty", {"alg"}},
      {"alg-null", {"alg"}},
      {"alg-number", {"alg"}},
      {"alg-array", {"alg"}},
      {"alg-unknown", {"alg"}},
      {"unsigned-none-known-kid", {"alg", "signature"}},
      {"unsigned-none-unknown-kid", {"alg", "kid", "signature"}},
      {"unsigned-none-absent-kid", {"alg", "signature"}},
      {"unsigned-empty-known-kid", {"signature"}},
      {"unsigned-empty-unknown-kid", {"kid", "signature"}},
      {"unsigned-empty-absent-kid", {"signature"}},
      // HMAC
      {"hs-with-public-key-*-unknown-kid", {"alg", "kid", "signature"}},
      {"hs-with-public-key-*", {"alg", "signature"}},
      {"hs-empty-secret-unknown-kid", {"alg", "kid", "signature"}},
      {"hs-empty-secret", {"alg", "signature"}},
      {"hs-secret-*", {"alg", "signature"}},
      // form
      {"segments-0", {"form"}},
      {"segments-1", {"form"}},
      {"segments-2", {"form", "signature"}},
      {"segments-4", {"form"}},
      {"empty-segments", {"form"}},
      {"leading-dot", {"form"}},
      {"trailing-dot", {"form"}},
      {"json-serialization-flattened", {"form"}},
      {"json-serialization-general", {"form"}},
      {"jwe-token-dir", {"form"}},
      {"jwe-token-rsa-oaep-256", {"form"}},
      {"jwe-pbes2-huge-count", {"form"}},
      // compact and JSON mixed: a reader of segments finds valid claims and no signature
      {"mixed-json-extra-dots", {"form", "encoding", "signature"}},
      {"mixed-json-*", {"encoding", "signature"}},
      // tampering
      {"wrong-key", {"kid", "signature"}},
      {"wrong-key-same-kid", {"signature"}},
      {"wrong-key-no-kid", {"signature"}},
      {"tampered-header", {"signature"}},
      {"tampered-payload", {"signature"}},
      {"tampered-signature-first", {"signature"}},
      {"tampered-signature-middle", {"signature"}},
      {"tampered-signature-last", {"signature"}},
      {"signature-of-another-token", {"signature"}},
      {"signature-truncated", {"signature"}},
      {"signature-extended", {"signature"}},
      {"signature-empty", {"signature"}},
      {"forged-expired-now", {"signature", "exp"}},
      {"forged-expired-minute", {"signature", "exp"}},
      {"forged-expired-hour", {"signature", "exp"}},
      // header
      {"embedded-jwk", {"kid", "signature"}},
      {"x5c-self-signed", {"kid", "signature"}},
      {"jku-foreign", {"kid", "signature"}},
      {"x5u-foreign", {"kid", "signature"}},
      {"kid-url", {"kid", "signature"}},
      {"crit-unknown", {"crit"}},
      {"crit-empty", {"crit"}},
      {"crit-not-array", {"crit"}},
      {"crit-names-absent", {"crit"}},
      {"b64-false", {"crit"}},
      // kid and key
      {"kid-traversal", {"alg", "kid", "signature"}},
      {"kid-sql", {"alg", "kid", "signature"}},
      {"kid-null-byte", {"alg", "kid", "signature"}},
      {"kid-unknown", {"kid"}},
      {"kid-64k", {"kid"}},
      {"kid-number", {"kid"}},
      {"kid-empty", {"kid"}},
      {"alg-kty-mismatch-rs256-ec-kid", {"kty"}},
      {"alg-kty-mismatch-es256-rsa-kid", {"kty"}},
      {"alg-kty-mismatch-eddsa-ec-kid", {"kty"}},
      {"alg-kty-mismatch-es384-p256", {"kty"}},
      {"alg-not-jwk-alg-ps256", {"jwk-alg"}},
      {"alg-not-jwk-alg-rs512", {"jwk-alg"}},
      // ECDSA
      {"es-malleable", {}},
      {"es-*", {"signature"}},
      // encoding
      {"base64-padding", {"encoding"}},
      {"base64-standard-alphabet", {"encoding"}},
      {"base64-whitespace", {"encoding"}},
      {"base64-noncanonical-tail", {"encoding"}},
      // JSON
      {"header-not-json", {"header"}},
      {"header-array", {"header"}},
      {"header-bom", {"header"}},
      {"header-invalid-utf8", {"header"}},
      {"header-trailing-garbage", {"header"}},
      {"header-depth-10000", {}},
      {"header-duplicate", {"header"}},
      {"header-duplicate-kid", {"header"}},
      {"header-duplicate-typ", {"header"}},
      {"payload-array", {"payload"}},
      {"payload-string", {"payload"}},
      {"payload-null", {"payload"}},
      {"payload-not-json", {"payload"}},
      {"payload-depth-10000", {}},
      {"payload-1mb", {}},
      {"payload-duplicate", {"payload"}},
      // times
      {"expired", {"exp"}},
      {"exp-negative", {"exp", "too old"}},  // iat is before exp here too, so half a century ago
      {"exp-zero", {"exp", "too old"}},
      {"exp-string", {"exp"}},
      {"exp-string-past", {"exp"}},
      {"exp-missing", {"exp"}},
      {"exp-null", {"exp"}},
      {"exp-bool", {"exp"}},
      {"exp-array", {"exp"}},
      {"exp-1e400", {"payload"}},  // the parser already rejects the number
      {"nbf-future", {"nbf"}},
      {"nbf-string", {"nbf"}},
      {"iat-future", {"iat"}},
      // audience and issuer
      {"aud-*", {"aud"}},
      {"iss-*", {"iss"}},
      // kinds
      {"id-token", {"aud"}},
      {"id-token-aud-resource", {"typ"}},
      {"logout-token", {"typ"}},
      {"refresh-token", {"typ"}},
      {"typ-other", {"typ"}},
  };
  return all;
}

const Row* row_of(const std::string& mutation) {
  const auto& all = rows();
  const auto row = std::find_if(all.begin(), all.end(), [&](const Row& one) {
    return fnmatch(one.mutation, mutation.c_str(), 0) == 0;
  });
  return row == all.end() ? nullptr : &*row;
}

Surroundings published_first(const std::string& alg) {
  Surroundings around;
  around.published = {*Key::from_pool(alg)};
  std::string jwks = around.published.front().public_jwk();
  for (const char* other : {"RS256", "ES256", "EdDSA"}) {
    if (other == alg) continue;
    around.published.push_back(*Key::from_pool(other));
    jwks += "," + around.published.back().public_jwk();
  }
  around.jwks = "{\"keys\":[" + jwks + "]}";
  around.bait_url = "http://127.0.0.1:9400/bait/unguessable";
  return around;
}

/// With every date that an issuer may write.
Recipe with_all_dates(const std::string& alg) {
  Recipe recipe;
  recipe.now = kToday;
  recipe.key = *Key::from_pool(alg);
  recipe.header.set_string("typ", "at+jwt").set_string("alg", alg);
  recipe.header.set_string("kid", recipe.key->kid());
  recipe.claims.set_string("iss", kOurIssuer).set_string("sub", "alice");
  recipe.claims.set_string("aud", kOurAudience).set_string("client_id", "client-1");
  recipe.claims.set_number("auth_time", kToday - 30).set_number("nbf", kToday);
  recipe.claims.set_number("iat", kToday).set_number("exp", kToday + 300);
  recipe.claims.set_string("jti", "one").set_string("scope", "read");
  return recipe;
}

Reasons reasons_of(const Recipe& recipe, const std::string& alg) {
  const auto token = recipe.mint();
  if (!token) return {"not minted: " + token.error().message};
  return problems_of(*token,
                     {published_first(alg).published, alg, kOurIssuer, kOurAudience, recipe.now});
}

TEST(MutationReasons, AValidTokenHasNone) {
  for (const char* alg : {"RS256", "ES256", "EdDSA"}) {
    EXPECT_EQ(reasons_of(with_all_dates(alg), alg), Reasons{}) << alg;
  }
}

TEST(MutationReasons, AreExactlyTheOnesInTheTable) {
  for (const Mutation& mutation : mutations()) {
    const Row* const row = row_of(mutation.name);
    ASSERT_NE(row, nullptr) << "add a row for " << mutation.name;
    int minted = 0;
    for (const char* alg : {"RS256", "ES256"}) {
      Recipe recipe = with_all_dates(alg);
      if (!mutation.apply(recipe, published_first(alg))) continue;
      EXPECT_EQ(reasons_of(recipe, alg), row->reasons) << mutation.name << " of " << alg;
      ++minted;
    }
    EXPECT_GT(minted, 0) << mutation.name;
  }
}

TEST(MutationReasons, EveryRowIsThatOfAMutation) {
  std::set<const Row*> used;
  for (const Mutation& mutation : mutations()) used.insert(row_of(mutation.name));
  for (const Row& row : rows()) EXPECT_TRUE(used.contains(&row)) << row.mutation;
}

TEST(MutationReasons, ATokenThatExpiresHoweverLongAgoWasValidOnce) {
  for (const int ago : {0, 1, 2, 60, 3'600, 80'000}) {
    Recipe recipe = with_all_dates("ES256");
    recipe.expiring_in(std::chrono::seconds(-ago));
    EXPECT_EQ(reasons_of(recipe, "ES256"), Reasons{"exp"}) << ago;
    recipe.now = kToday - ago - 1;
    EXPECT_EQ(reasons_of(recipe, "ES256"), Reasons{}) << ago;
  }
}

TEST(MutationReasons, ATokenOfADayIsIssuedAnHourBeforeItExpires) {
  Recipe recipe = with_all_dates("ES256");
  recipe.expiring_in(std::chrono::hours(24));
  recipe.expiring_in(std::chrono::hours(-1));
  EXPECT_EQ(reasons_of(recipe, "ES256"), Reasons{"exp"});
  EXPECT_EQ(*recipe.claims.find("iat"), std::to_string(kToday - 7'200));
}

TEST(MutationReasons, ATokenThatBeginsTomorrowExpiresAfterThat) {
  Recipe recipe = with_all_dates("ES256");
  recipe.beginning_in(std::chrono::hours(24));
  EXPECT_EQ(reasons_of(recipe, "ES256"), Reasons{"nbf"});
}

}  // namespace
}  // namespace jose

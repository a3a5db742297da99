#include "mock-idp/idp/key_set.h"

#include <gtest/gtest.h>

#include <thread>

#include <nlohmann/json.hpp>

#include "common/base/json.h"

namespace idp {
namespace {

std::vector<std::string> kids(const KeySet& keys) {
  const auto document = base::parse_json(*keys.document());
  std::vector<std::string> found;
  for (const auto& jwk : document.value()["keys"]) found.push_back(jwk.value("kid", ""));
  return found;
}

using Kids = std::vector<std::string>;

TEST(KeySet, PublishesOneActiveKeyPerAlgorithm) {
  const KeySet keys({"ES256", "EdDSA"}, 0);
  EXPECT_EQ(kids(keys), (Kids{"es256-0", "eddsa-0"}));
}

TEST(KeySet, TheFirstKeySignsUnlessAnAlgorithmIsAskedFor) {
  KeySet keys({"ES256", "EdDSA"}, 0);
  EXPECT_EQ(keys.signing_key("")->kid(), "es256-0");
  EXPECT_EQ(keys.signing_key("EdDSA")->kid(), "eddsa-0");
}

TEST(KeySet, AnAlgorithmWithoutAKeyGetsOneFromThePool) {
  KeySet keys({"ES256"}, 1);
  EXPECT_EQ(keys.signing_key("PS384")->kid(), "ps384-1");
  EXPECT_EQ(kids(keys), (Kids{"es256-1", "ps384-1"}));
  EXPECT_FALSE(keys.signing_key("HS256"));
}

TEST(KeySet, RotationKeepsTheOldKeyPublished) {
  KeySet keys({"ES256", "RS256"}, 0);
  EXPECT_EQ(keys.rotate("ES256")->kid(), "es256-2");
  EXPECT_EQ(kids(keys), (Kids{"es256-2", "es256-0", "rs256-0"}));
  EXPECT_EQ(keys.signing_key("ES256")->kid(), "es256-2");
  EXPECT_EQ(keys.signing_key("")->alg(), "ES256");
}

TEST(KeySet, ProvidersOfDifferentIndexesNeverMeetByRotating) {
  KeySet one({"ES256"}, 0);
  KeySet other({"ES256"}, 1);
  for (int i = 0; i < 3; ++i) {
    const auto key = one.rotate("ES256");
    for (int j = 0; j < 3; ++j) {
      EXPECT_NE(key->public_der(), other.rotate("ES256")->public_der());
    }
  }
}

TEST(KeySet, AWithdrawnKeyIsGoneAndNeverComesBack) {
  KeySet keys({"ES256"}, 0);
  ASSERT_TRUE(keys.withdraw("es256-0"));
  EXPECT_EQ(kids(keys), Kids{});
  EXPECT_EQ(keys.signing_key("").error().message, "no key of this issuer signs");
  EXPECT_EQ(keys.signing_key("ES256")->kid(), "es256-2");
  EXPECT_EQ(keys.withdraw("nobody").error().message, "no key \"nobody\"");
}

TEST(KeySet, AGhostSignsUnpublished) {
  KeySet keys({"ES256"}, 0);
  ASSERT_TRUE(keys.set_state("es256-0", KeyState::ghost));
  EXPECT_EQ(keys.signing_key("")->kid(), "es256-0");
  EXPECT_EQ(kids(keys), Kids{});
}

TEST(KeySet, ADecoyIsPublishedUnderItsKidWithOtherMaterial) {
  KeySet keys({"ES256"}, 0);
  const std::string honest = keys.published().front().public_der();
  ASSERT_TRUE(keys.set_state("es256-0", KeyState::decoy));
  EXPECT_EQ(kids(keys), Kids{"es256-0"});
  EXPECT_NE(keys.published().front().public_der(), honest);
  EXPECT_EQ(keys.signing_key("")->public_der(), honest);
  ASSERT_TRUE(keys.set_state("es256-0", KeyState::active));
  EXPECT_EQ(keys.published().front().public_der(), honest);
}

TEST(KeySet, UpcomingAndPassiveKeysArePublishedButDoNotSign) {
  KeySet keys({"ES256"}, 0);
  ASSERT_TRUE(keys.add(*jose::Key::from_pool("ES256", 8), KeyState::upcoming));
  ASSERT_TRUE(keys.set_state("es256-0", KeyState::passive));
  EXPECT_EQ(kids(keys), (Kids{"es256-0", "es256-8"}));
  EXPECT_FALSE(keys.signing_key(""));
  ASSERT_TRUE(keys.set_state("es256-8", KeyState::active));
  EXPECT_EQ(keys.signing_key("")->kid(), "es256-8");
}

TEST(KeySet, RawMembersArePublishedAsTheyAre) {
  KeySet keys({"ES256"}, 0);
  keys.publish_raw(R"({"kty":"strange"})");
  EXPECT_NE(keys.document()->find(R"({"kty":"strange"})"), std::string::npos);
  keys.clear_raw();
  EXPECT_EQ(keys.document()->find("strange"), std::string::npos);
}

TEST(KeySet, TheDocumentIsBuiltOnlyOnChange) {
  KeySet keys({"ES256"}, 0);
  const auto before = keys.document();
  EXPECT_EQ(keys.document().get(), before.get());
  ASSERT_TRUE(keys.rotate("ES256"));
  EXPECT_NE(keys.document().get(), before.get());
}

TEST(KeySet, MayBeReadWhileItChanges) {
  KeySet keys({"EdDSA"}, 0);
  std::thread reader([&] {
    for (int i = 0; i < 200; ++i) EXPECT_FALSE(keys.document()->empty());
  });
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(keys.rotate("EdDSA"));
  reader.join();
}

}  // namespace
}  // namespace idp

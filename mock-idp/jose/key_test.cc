#include "mock-idp/jose/key.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "mock-idp/jose/openssl.h"

namespace jose {
namespace {

/// Checks a JWS signature with OpenSSL alone, not with what is tested.
bool verifies(const Key& key, const std::string& alg, const std::string& input,
              std::string signature) {
  const std::string pem = key.public_pem();
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Pkey pkey(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (alg.substr(0, 2) == "ES") {
    const std::size_t half = signature.size() / 2;
    const std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>> both(ECDSA_SIG_new());
    ECDSA_SIG_set0(both.get(), BN_bin2bn(bytes(signature), static_cast<int>(half), nullptr),
                   BN_bin2bn(bytes(signature) + half, static_cast<int>(half), nullptr));
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(both.get(), &der);
    signature.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
  }
  const EVP_MD* digest = alg.find("384") != std::string::npos   ? EVP_sha384()
                         : alg.find("512") != std::string::npos ? EVP_sha512()
                                                                : EVP_sha256();
  if (alg == "EdDSA") digest = nullptr;
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  EVP_DigestVerifyInit(context.get(), &settings, digest, nullptr, pkey.get());
  if (alg.substr(0, 2) == "PS") {
    EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
  }
  return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(input),
                          input.size()) == 1;
}

class EveryAlgorithm : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Jose, EveryAlgorithm, testing::ValuesIn(signing_algorithms()));

TEST_P(EveryAlgorithm, SignsWhatOpenSslVerifies) {
  const auto key = Key::from_pool(GetParam());
  ASSERT_TRUE(key) << key.error().message;
  const auto signature = key->sign(GetParam(), "header.payload");
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_TRUE(verifies(*key, GetParam(), "header.payload", *signature));
  EXPECT_FALSE(verifies(*key, GetParam(), "header.payloae", *signature));
}

TEST_P(EveryAlgorithm, GeneratesAFreshKeyThatSigns) {
  if (GetParam()[1] == 'S' && GetParam() != "RS256" && GetParam()[0] != 'E') {
    GTEST_SKIP() << "same key type as RS256";
  }
  const auto key = Key::generate(GetParam());
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_NE(key->public_pem(), Key::from_pool(GetParam())->public_pem());
  EXPECT_TRUE(verifies(*key, GetParam(), "x", *key->sign(GetParam(), "x")));
}

TEST_P(EveryAlgorithm, PoolIndexesGiveDifferentKeysAndKids) {
  const auto first = Key::from_pool(GetParam(), 0);
  const auto second = Key::from_pool(GetParam(), 1);
  EXPECT_NE(first->public_pem(), second->public_pem());
  EXPECT_NE(first->kid(), second->kid());
}

TEST_P(EveryAlgorithm, SurvivesARoundTripThroughPem) {
  const auto key = Key::from_pool(GetParam());
  const auto again = Key::from_pem(key->private_pem(), GetParam());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->public_pem(), key->public_pem());
}

TEST_P(EveryAlgorithm, PublishesAJwkWithoutPrivateMembersInAFixedOrder) {
  const auto key = Key::from_pool(GetParam());
  const std::string text = key->public_jwk();
  const auto jwk = base::parse_json(text);
  ASSERT_TRUE(jwk) << text;
  EXPECT_EQ((*jwk)["alg"], GetParam());
  EXPECT_EQ((*jwk)["use"], "sig");
  EXPECT_EQ((*jwk)["kid"], key->kid());
  for (const char* secret : {"d", "p", "q", "dp", "dq", "qi", "k"}) {
    EXPECT_FALSE(jwk->contains(secret)) << secret;
  }
  EXPECT_LT(text.find("\"kty\""), text.find("\"use\""));
  EXPECT_LT(text.find("\"use\""), text.find("\"alg\""));
  EXPECT_LT(text.find("\"alg\""), text.find("\"kid\""));
}

TEST_P(EveryAlgorithm, HasASelfSignedCertificateOfTheSameKey) {
  const auto key = Key::from_pool(GetParam());
  const std::string pem = key->certificate_pem();
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ASSERT_TRUE(certificate);
  EXPECT_EQ(X509_verify(certificate.get(), X509_get0_pubkey(certificate.get())), 1);
  EXPECT_FALSE(key->certificate_der().empty());
}

TEST(KeyPool, KidsOfTheAlgorithmsDiffer) {
  std::set<std::string> kids;
  for (const std::string& alg : signing_algorithms()) kids.insert(Key::from_pool(alg)->kid());
  EXPECT_EQ(kids.size(), signing_algorithms().size());
  EXPECT_EQ(Key::from_pool("RS256")->kid(), "rs256-0");
}

TEST(KeyPool, KeysBeyondThePoolAreMadeOnceAndKept) {
  EXPECT_EQ(Key::from_pool("ES256", 9)->public_pem(), Key::from_pool("ES256", 9)->public_pem());
  EXPECT_NE(Key::from_pool("ES256", 9)->public_pem(), Key::from_pool("ES256", 8)->public_pem());
}

TEST(KeyPool, CanBeUsedFromManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      const auto key = Key::from_pool("ES256", 20 + i % 2);
      for (int round = 0; round < 20; ++round) EXPECT_TRUE(key->sign("ES256", "input"));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(KeyPool, AnUnknownAlgorithmIsNamed) {
  EXPECT_EQ(Key::from_pool("HS256").error().message, "no signing algorithm \"HS256\"");
}

TEST(KeySign, EcSignaturesHaveTheLengthOfTheKeysOwnCurve) {
  const auto p256 = Key::from_pool("ES256");
  EXPECT_EQ(p256->sign("ES256", "x")->size(), 64u);
  EXPECT_EQ(p256->sign("ES384", "x")->size(), 64u);
  EXPECT_TRUE(verifies(*p256, "ES384", "x", *p256->sign("ES384", "x")));
  EXPECT_EQ(Key::from_pool("ES384")->sign("ES384", "x")->size(), 96u);
  EXPECT_EQ(Key::from_pool("ES512")->sign("ES512", "x")->size(), 132u);
}

TEST(KeySign, AnRsaKeySignsAnyRsaAlgorithm) {
  const auto key = Key::from_pool("RS256");
  EXPECT_TRUE(verifies(*key, "PS512", "x", *key->sign("PS512", "x")));
}

TEST(KeySign, AForeignKeyTypeIsRefusedInWords) {
  EXPECT_EQ(Key::from_pool("RS256")->sign("ES256", "x").error().message,
            "an RSA key cannot sign ES256");
  EXPECT_EQ(Key::from_pool("EdDSA")->sign("none", "x").error().message,
            "no signing algorithm \"none\"");
}

TEST(KeySign, RawRsaIsThePrivateOperation) {
  const auto key = Key::from_pool("RS256");
  const std::string block = std::string(1, '\0') + std::string(255, '\x42');
  const auto out = key->raw_rsa(block);
  ASSERT_TRUE(out) << out.error().message;
  const std::string pem = key->public_pem();
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Pkey pkey(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  const PkeyContext context(EVP_PKEY_CTX_new(pkey.get(), nullptr));
  EVP_PKEY_encrypt_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING);
  std::string back(256, '\0');
  std::size_t size = back.size();
  ASSERT_EQ(EVP_PKEY_encrypt(context.get(), bytes(back), &size, bytes(*out), out->size()), 1);
  EXPECT_EQ(back, block);
  EXPECT_FALSE(key->raw_rsa("short"));
  EXPECT_FALSE(key->raw_rsa(std::string(256, '\xff')));
  EXPECT_FALSE(Key::from_pool("ES256")->raw_rsa(block));
}

TEST(KeyVerify, AKeyKnowsItsOwnSignaturesAndNoOthers) {
  for (const std::string& alg : signing_algorithms()) {
    const auto key = Key::from_pool(alg, 0);
    const auto other = Key::from_pool(alg, 1);
    std::string signature = *key->sign(alg, "text");
    EXPECT_TRUE(key->verify(alg, "text", signature)) << alg;
    EXPECT_FALSE(other->verify(alg, "text", signature)) << alg;
    EXPECT_FALSE(key->verify(alg, "other", signature)) << alg;
    EXPECT_FALSE(key->verify(alg, "text", signature.substr(1))) << alg;
    EXPECT_FALSE(key->verify(alg, "text", "")) << alg;
    EXPECT_FALSE(key->verify("none", "text", signature)) << alg;
    signature[signature.size() / 2] = static_cast<char>(signature[signature.size() / 2] ^ 1);
    EXPECT_FALSE(key->verify(alg, "text", signature)) << alg;
  }
}

TEST(KeyGenerate, RsaOfAnySizeAndExponent) {
  const auto key = Key::generate_rsa(1024, 3);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->modulus().size(), 128u);
  EXPECT_TRUE(verifies(*key, "RS256", "x", *key->sign("RS256", "x")));
  EXPECT_NE(key->public_jwk().find("\"e\":\"Aw\""), std::string::npos);
  EXPECT_FALSE(Key::generate_rsa(16));
}

TEST(KeyGenerate, PublicFormsStartAsTheyShould) {
  const auto key = Key::from_pool("RS256");
  EXPECT_EQ(key->public_pem().rfind("-----BEGIN PUBLIC KEY-----\n", 0), 0u);
  EXPECT_EQ(key->public_pem().back(), '\n');
  EXPECT_EQ(key->public_pkcs1_pem().rfind("-----BEGIN RSA PUBLIC KEY-----\n", 0), 0u);
  EXPECT_EQ(static_cast<unsigned char>(key->public_der()[0]), 0x30u);
  EXPECT_TRUE(Key::from_pool("ES256")->public_pkcs1_pem().empty());
  EXPECT_TRUE(Key::from_pool("ES256")->modulus().empty());
}

}  // namespace
}  // namespace jose

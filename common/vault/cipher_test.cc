#include "common/vault/cipher.h"

#include <gtest/gtest.h>

#include <set>

namespace vault {
namespace {

std::string unhex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string run_of_bytes(int first, int last) {
  std::string bytes;
  for (int byte = first; byte <= last; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

// Test case 16 of the GCM proposal to NIST: a 256-bit key with additional data.
const std::string kKey = unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
const std::string kSealed = unhex(
    "cafebabefacedbaddecaf888"
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    "76fc6ece0f4e1768cddf8853bb2d551b");
const std::string kBound = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
const std::string kText = unhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");

TEST(Cipher, IsTheAes256GcmOfTheTestVectors) { EXPECT_EQ(open(kKey, kSealed, kBound), kText); }

TEST(Cipher, OpensWhatItSealed) {
  for (const std::string& text : {std::string(), std::string("x"), std::string(100'000, 'y')}) {
    EXPECT_EQ(open(kKey, seal(kKey, text, "alice"), "alice"), text);
  }
}

TEST(Cipher, SealsTheSameTextDifferentlyEachTime) {
  std::set<std::string> nonces;
  for (int i = 0; i < 100; ++i) nonces.insert(seal(kKey, "same", "alice").substr(0, 12));
  EXPECT_EQ(nonces.size(), 100U);
}

TEST(Cipher, EveryChangedBitIsNoticed) {
  const std::string sealed = seal(kKey, "a secret", "alice");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(open(kKey, changed, "alice"), std::nullopt) << "bit " << bit;
  }
}

TEST(Cipher, EveryShorterTextIsNoticed) {
  const std::string sealed = seal(kKey, "a secret", "alice");
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(open(kKey, sealed.substr(0, size), "alice"), std::nullopt) << size;
  }
}

TEST(Cipher, IsBoundToItsUserAndItsKey) {
  const std::string sealed = seal(kKey, "a secret", "alice");
  EXPECT_EQ(open(kKey, sealed, "bob"), std::nullopt);
  EXPECT_EQ(open(std::string(32, 'k'), sealed, "alice"), std::nullopt);
  EXPECT_EQ(open("short", sealed, "alice"), std::nullopt);
}

TEST(MasterKey, DerivesAsRfc5869Does) {
  // Its test case 2, of which our keys are the first 32 bytes.
  const auto key = MasterKey::from_text(run_of_bytes(0x00, 0x4f));
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->derive(run_of_bytes(0x60, 0xaf), run_of_bytes(0xb0, 0xff)),
            unhex("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"));
}

TEST(MasterKey, HexadecimalDigitsAreTheBytesThatTheyName) {
  const std::string digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  const auto lower = MasterKey::from_text(digits);
  std::string big = digits;
  for (char& c : big) c = static_cast<char>(std::toupper(c));
  const auto upper = MasterKey::from_text(big);
  const auto raw = MasterKey::from_text(run_of_bytes(0x00, 0x1f));
  ASSERT_TRUE(lower && upper && raw);
  EXPECT_EQ(lower->derive("salt", "use"), raw->derive("salt", "use"));
  EXPECT_EQ(upper->derive("salt", "use"), raw->derive("salt", "use"));
}

TEST(MasterKey, ShortTextIsRefusedAndNotRepeated) {
  const auto key = MasterKey::from_text("thirty-one-characters-are-not-e");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message.find("thirty"), std::string::npos);
  EXPECT_NE(key.error().message.find("openssl rand -hex 32"), std::string::npos);
  EXPECT_TRUE(MasterKey::from_text("thirty-two-characters-are-enough"));
}

TEST(MasterKey, EachPurposeAndSaltHasItsOwnKey) {
  const auto key = MasterKey::from_text(std::string(64, 'a'));
  const std::set<std::string> keys = {key->derive("1", "a"), key->derive("1", "b"),
                                      key->derive("2", "a"), key->derive("2", "b")};
  EXPECT_EQ(keys.size(), 4U);
}

}  // namespace
}  // namespace vault

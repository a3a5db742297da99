#include <string>

#include "common/base/base64.h"
#include "common/base/random.h"
#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

/// How many tokens to make until a signature has a `-` or `_`: nearly every one has.
constexpr int kReencodings = 64;

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool has_url_character(const std::string& text) {
  return text.find_first_of("-_") != std::string::npos;
}

/// The characters of base64's other alphabet (RFC 4648, section 4), in the signature.
base::Result<void> standard_alphabet(Recipe& recipe, const Surroundings&) {
  const std::string alg = recipe.header.string("alg");
  if (!recipe.key) return base::fail("the recipe has no key to sign with");
  // Where signing the same twice gives the same, another jti gives another signature.
  for (int i = 0; i < kReencodings; ++i) {
    const auto minted = recipe.mint();
    if (!minted) return tl::unexpected(minted.error());
    if (has_url_character(minted->substr(minted->rfind('.')))) break;
    recipe.claims.set_string("jti", base::random_hex(8));
  }
  auto sign = recipe.signer;
  if (!sign) {
    sign = [key = *recipe.key, alg](const std::string& input) { return key.sign(alg, input); };
  }
  recipe.signer = [sign = std::move(sign)](const std::string& input) -> base::Result<std::string> {
    for (int i = 0; i < kReencodings; ++i) {
      auto signature = sign(input);
      if (!signature || has_url_character(base::base64url_encode(*signature))) return signature;
    }
    return base::fail("the signature has neither - nor _ in base64url");
  };
  recipe.after_signing = [](Parts& parts) {
    for (char& c : parts.signature) {
      if (c == '-') c = '+';
      if (c == '_') c = '/';
    }
  };
  return {};
}

/// The unused low bits of the last character set; the decoded bytes stay the same.
void set_unused_bits(std::string& text) {
  if (text.size() % 4 < 2) return;
  text.back() = kAlphabet[kAlphabet.find(text.back()) | 1U];
}

/// A signature whose length is a multiple of three has no unused bits.
base::Result<void> noncanonical_tail(Recipe& recipe, const Surroundings&) {
  const auto minted = recipe.mint();
  if (!minted) return tl::unexpected(minted.error());
  if ((minted->size() - minted->rfind('.') - 1) % 4 == 0) {
    return base::fail("signatures of this algorithm fill their base64url exactly");
  }
  recipe.after_signing = [](Parts& parts) { set_unused_bits(parts.signature); };
  return {};
}

}  // namespace

Family encoding_mutations() {
  Family family;
  family.push_back(always(
      "base64-padding", "the signature is padded with =", [](Recipe& recipe, const Surroundings&) {
        recipe.after_signing = [](Parts& parts) {
          do {
            parts.signature += '=';
          } while (parts.signature.size() % 4 != 0);
        };
      }));
  family.push_back({"base64-standard-alphabet", "the signature has + and / instead of - and _",
                    standard_alphabet});
  family.push_back(always("base64-whitespace", "a blank in the middle of the signature",
                          [](Recipe& recipe, const Surroundings&) {
                            recipe.after_signing = [](Parts& parts) {
                              parts.signature.insert(parts.signature.size() / 2, " ");
                            };
                          }));
  family.push_back({"base64-noncanonical-tail",
                    "the unused bits of the signature's last character are not zero",
                    noncanonical_tail});
  return family;
}

}  // namespace jose

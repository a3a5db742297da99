#include <string>

#include "mock-idp/jose/mutation_family.h"
#include "mock-idp/jose/openssl.h"

namespace jose {
namespace {

constexpr std::size_t kHalf = 32;  ///< bytes of r and of s in ES256 (RFC 7518, section 3.4)
/// How often to sign until s happens to begin with a zero byte: one in 256 does.
constexpr int kSignatures = 20'000;

/// The order of P-256 (FIPS 186-4, D.1.2.3), big-endian.
std::string order() {
  static const std::string bytes_of_n(
      "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"
      "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
      kHalf);
  return bytes_of_n;
}

/// A DER INTEGER of a big-endian number of at most 33 bytes.
std::string der_integer(std::string number) {
  while (number.size() > 1 && number.front() == '\0') number.erase(0, 1);
  if ((static_cast<unsigned char>(number.front()) & 0x80U) != 0) number.insert(0, 1, '\0');
  return std::string("\x02") + static_cast<char>(number.size()) + number;
}

std::string to_der(const std::string& signature) {
  const std::string body =
      der_integer(signature.substr(0, kHalf)) + der_integer(signature.substr(kHalf));
  return std::string("\x30") + static_cast<char>(body.size()) + body;
}

/// The same signature with n − s for s, which verifies just as well.
std::string other_s(const std::string& signature) {
  const std::string n_bytes = order();
  const std::string s_bytes = signature.substr(kHalf);
  const Number n(BN_bin2bn(bytes(n_bytes), static_cast<int>(n_bytes.size()), nullptr));
  const Number s(BN_bin2bn(bytes(s_bytes), static_cast<int>(s_bytes.size()), nullptr));
  BN_sub(s.get(), n.get(), s.get());
  return signature.substr(0, kHalf) + to_bytes(s.get(), static_cast<int>(kHalf));
}

using Change = std::string (*)(const std::string& signature);

Mutation es256(const char* name, const char* summary, Change change) {
  return {name, summary, [change](Recipe& recipe, const Surroundings&) -> base::Result<void> {
            if (recipe.header.string("alg") != "ES256") {
              return base::fail("this is about ES256, and the token is not signed so");
            }
            change_signature(recipe, [change](const std::string& signature) {
              return signature.size() == 2 * kHalf ? change(signature) : signature;
            });
            return {};
          }};
}

/// A signature whose s has a zero byte in front, which is then left out.
base::Result<void> shorten(Recipe& recipe, const Surroundings&) {
  if (recipe.header.string("alg") != "ES256" || !recipe.key) {
    return base::fail("this is about ES256, and the token is not signed so");
  }
  recipe.signer = [key = *recipe.key](const std::string& input) -> base::Result<std::string> {
    for (int i = 0; i < kSignatures; ++i) {
      auto signature = key.sign("ES256", input);
      if (!signature) return signature;
      if (signature->size() != 2 * kHalf || (*signature)[kHalf] != '\0') continue;
      return signature->erase(kHalf, 1);
    }
    return base::fail("no signature with a short s came up");
  };
  return {};
}

}  // namespace

Family ecdsa_mutations() {
  return {
      es256("es-zero", "r and s are both zero",
            [](const std::string&) { return std::string(2 * kHalf, '\0'); }),
      es256("es-n-r", "r is the order of the curve",
            [](const std::string& signature) { return order() + signature.substr(kHalf); }),
      es256("es-n-s", "s is the order of the curve",
            [](const std::string& signature) { return signature.substr(0, kHalf) + order(); }),
      es256("es-n-both", "r and s are both the order of the curve",
            [](const std::string&) { return order() + order(); }),
      es256("es-der", "the right signature, encoded as DER", to_der),
      {"es-length-63", "the right signature, a leading zero byte of s left out", shorten},
      es256("es-length-65", "the right signature and a zero byte",
            [](const std::string& signature) { return signature + std::string(1, '\0'); }),
      es256("es-negative-pad", "the right signature, r and s with a zero byte in front each",
            [](const std::string& signature) {
              const std::string zero(1, '\0');
              return zero + signature.substr(0, kHalf) + zero + signature.substr(kHalf);
            }),
      es256("es-malleable", "the right signature with n - s for s", other_s),
  };
}

}  // namespace jose

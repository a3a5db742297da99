#include "mock-idp/jose/algorithm.h"

#include <vector>

#include "mock-idp/jose/key.h"

namespace jose {
namespace {

const std::vector<Algorithm>& table() {
  static const std::vector<Algorithm> algorithms = {
      {"RS256", Scheme::pkcs1, "SHA256", "rsa", nullptr},
      {"RS384", Scheme::pkcs1, "SHA384", "rsa", nullptr},
      {"RS512", Scheme::pkcs1, "SHA512", "rsa", nullptr},
      {"PS256", Scheme::pss, "SHA256", "rsa", nullptr},
      {"PS384", Scheme::pss, "SHA384", "rsa", nullptr},
      {"PS512", Scheme::pss, "SHA512", "rsa", nullptr},
      {"ES256", Scheme::ecdsa, "SHA256", "p256", "P-256"},
      {"ES384", Scheme::ecdsa, "SHA384", "p384", "P-384"},
      {"ES512", Scheme::ecdsa, "SHA512", "p521", "P-521"},
      {"ES256K", Scheme::ecdsa, "SHA256", "secp256k1", "secp256k1"},
      {"EdDSA", Scheme::eddsa, nullptr, "ed25519", "Ed25519"},
  };
  return algorithms;
}

struct Curve {
  std::string_view jwk;
  const char* jwk_text;
  const char* group;
};
constexpr Curve kCurves[] = {
    {"P-256", "P-256", "prime256v1"},
    {"P-384", "P-384", "secp384r1"},
    {"P-521", "P-521", "secp521r1"},
    {"secp256k1", "secp256k1", "secp256k1"},
};

}  // namespace

const Algorithm* find_algorithm(std::string_view name) {
  for (const Algorithm& algorithm : table()) {
    if (algorithm.name == name) return &algorithm;
  }
  return nullptr;
}

const char* group_of_curve(std::string_view curve) {
  for (const Curve& known : kCurves) {
    if (known.jwk == curve) return known.group;
  }
  return nullptr;
}

const char* curve_of_group(std::string_view group) {
  for (const Curve& known : kCurves) {
    if (known.group == group) return known.jwk_text;
  }
  return nullptr;
}

const Algorithm* algorithm_of_curve(std::string_view curve) {
  for (const Algorithm& algorithm : table()) {
    if (algorithm.curve != nullptr && algorithm.curve == curve) return &algorithm;
  }
  return nullptr;
}

const std::vector<std::string>& signing_algorithms() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Algorithm& algorithm : table()) all.push_back(algorithm.name);
    return all;
  }();
  return names;
}

}  // namespace jose

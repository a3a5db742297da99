#pragma once

#include <string>
#include <string_view>

namespace jose {

/// How a JWS algorithm signs (RFC 7518, section 3; RFC 8037; RFC 8812).
enum class Scheme { pkcs1, pss, ecdsa, eddsa };

struct Algorithm {
  std::string name;
  Scheme scheme;
  const char* digest;     ///< OpenSSL's name; null for EdDSA
  const char* pool_name;  ///< type of its key in the pool: "rsa", "p256"
  const char* curve;      ///< JWK `crv`; null for RSA
};

/// Null for anything that is not an asymmetric algorithm we know.
const Algorithm* find_algorithm(std::string_view name);

/// A JWK curve under the name that OpenSSL gives its group, and the other way round; null for a
/// curve we do not know.
const char* group_of_curve(std::string_view curve);
const char* curve_of_group(std::string_view group);
/// The ECDSA algorithm that belongs to a JWK curve; null if there is none.
const Algorithm* algorithm_of_curve(std::string_view curve);

}  // namespace jose

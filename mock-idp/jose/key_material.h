#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "mock-idp/jose/algorithm.h"
#include "mock-idp/jose/key.h"
#include "mock-idp/jose/openssl.h"

namespace jose {

enum class KeyType { rsa, ec, ed25519 };

/// OpenSSL's key and what has to be known of it for each signature.
struct Key::Material {
  Pkey pkey;
  KeyType type = KeyType::rsa;
  std::string curve;  ///< JWK `crv`; empty for RSA
  int width = 0;      ///< bytes of the modulus, or of one coordinate

  static base::Result<std::shared_ptr<const Material>> wrap(Pkey pkey);
};

/// The algorithm that a key has where nobody says: RS256, the curve's own, EdDSA.
std::string natural_algorithm(const Key::Material& material);
bool can_sign(const Key::Material& material, const Algorithm& algorithm);
/// Whether `algorithm` is what this key is made for: as can_sign, and on its own curve.
bool suits(const Key::Material& material, const Algorithm& algorithm);

/// The members that make up the public key, in JWK order: `"n":"…","e":"AQAB"`.
std::string public_members(const Key::Material& material);
std::string_view key_type_name(const Key::Material& material);  ///< JWK `kty`
/// RFC 7638 with SHA-256, base64url.
std::string thumbprint(const Key::Material& material);

/// A new key of the pool's type `pool_name`, such as "p256".
base::Result<std::shared_ptr<const Key::Material>> generate_material(std::string_view pool_name);
base::Result<std::shared_ptr<const Key::Material>> material_from_pem(std::string_view pem);

}  // namespace jose

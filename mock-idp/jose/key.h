#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace jose {

/// A private key for signing, immutable and shared: copies are cheap and thread-safe.
class Key {
 public:
  struct Material;
  /// Material is what the functions below make; nobody else has any.
  Key(std::shared_ptr<const Material> material, std::string alg, std::string kid);

  /// A key of the fixed, marked test pool: RS256/384/512 and PS256/384/512 (RSA-2048), ES256,
  /// ES384, ES512, ES256K, EdDSA. Different `index`es give different keys; those beyond the pool
  /// (from 4 on) are generated lazily and kept, from 64 on a new one every time. All RSA algorithms
  /// of one index share a key, under different kids such as "rs256-0". The keys are public
  /// knowledge: never trust them in production.
  static base::Result<Key> from_pool(std::string_view alg, unsigned index = 0);
  static base::Result<Key> generate(std::string_view alg);
  static base::Result<Key> generate_rsa(int bits, std::uint64_t exponent = 65537);
  /// A PEM private key; `alg` may be empty where the key alone decides it (RSA: RS256). Its kid is
  /// the JWK thumbprint (RFC 7638).
  static base::Result<Key> from_pem(std::string_view pem, std::string_view alg = {});
  /// A JWK private key, JSON text; `alg` and `kid` as it says, else as for PEM.
  static base::Result<Key> from_jwk(std::string_view jwk);
  /// A JWK public key, such as of a client or a proof; it verifies and cannot sign. A private key's
  /// other members are passed over. The error says why it is none that can be used.
  static base::Result<Key> from_public_jwk(std::string_view jwk);

  const std::string& alg() const;
  const std::string& kid() const;
  Key with_kid(std::string kid) const;
  Key with_alg(std::string alg) const;
  bool is_rsa() const;
  bool is_ec() const;

  /// The public JWK as JSON text (RFC 7517): kty, use "sig", alg, kid, then the key proper.
  std::string public_jwk() const;
  /// The same with nothing but the key proper: what a DPoP proof carries.
  std::string bare_jwk() const;
  /// The same with its private number `d` added: what nobody must ever show. Empty for RSA, whose
  /// private key is more than one number.
  std::string private_jwk() const;
  /// RFC 7638 with SHA-256, base64url: the `jkt` of tokens that are bound to this key.
  std::string thumbprint() const;
  std::string private_pem() const;
  /// SubjectPublicKeyInfo, as PEM with a final newline, and as DER.
  std::string public_pem() const;
  std::string public_der() const;
  /// RSA only, else empty: PKCS#1 PEM, big-endian modulus bytes.
  std::string public_pkcs1_pem() const;
  std::string modulus() const;
  /// A self-signed X.509 certificate of the key, PEM and DER.
  std::string certificate_pem() const;
  std::string certificate_der() const;

  /// Signs with `alg` (not necessarily the key's own): the JWS signature bytes (RFC 7518,
  /// section 3). Fails where the key's type cannot. An EC key signs with the digest of any ECDSA
  /// algorithm; r and s then have the length of its own curve.
  base::Result<std::string> sign(std::string_view alg, std::string_view input) const;
  /// Whether this key made that signature. For the issuer's own use, to know its tokens again; what
  /// judges tokens (the reference server, `token verify`) has code of its own.
  bool verify(std::string_view alg, std::string_view input, std::string_view signature) const;
  /// RSA only: the private-key operation on one block of exactly the modulus's length.
  base::Result<std::string> raw_rsa(std::string_view block) const;

 private:
  std::shared_ptr<const Material> material_;
  std::string alg_;
  std::string kid_;
};

/// The algorithms the pool and `generate` know, RS256 first.
const std::vector<std::string>& signing_algorithms();

/// HMAC for HS256, HS384 or HS512 (RFC 7518, section 3.2).
base::Result<std::string> hmac(std::string_view alg, std::string_view secret,
                               std::string_view input);
std::string sha256(std::string_view bytes);
/// For the thumbprints of certificates (JWK `x5t`), and for nothing else.
std::string sha1(std::string_view bytes);

}  // namespace jose

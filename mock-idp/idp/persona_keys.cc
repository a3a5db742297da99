#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "mock-idp/idp/persona_spec.h"

// Key ids and JWKs as the providers write them.
namespace idp {
namespace {

using Json = nlohmann::ordered_json;

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

std::string kid_of(KidStyle style, const jose::Key& key) {
  // All RSA algorithms of one index of the pool share a key, but not a kid.
  const std::string digest = jose::sha256(key.alg() + key.public_der());
  switch (style) {
    case KidStyle::plain:
      return key.kid();
    case KidStyle::random21:
      return base::base64url_encode(digest).substr(0, 21);
    case KidStyle::thumbprint:
      return base::base64url_encode(digest);
    case KidStyle::certificate:
      return base::base64url_encode(jose::sha1(key.certificate_der()));
    case KidStyle::hex40:
      return hex(digest).substr(0, 40);
    case KidStyle::base64:
      return base::base64_encode(digest);
  }
  return {};
}

Json decorated(const KeyStyle& style, const jose::Key& key) {
  Json jwk = Json::parse(key.public_jwk(), nullptr, /*allow_exceptions=*/false);
  if (!style.alg) jwk.erase("alg");
  // Our self-signed EC certificates are made anew, and signed anew, each time.
  if (!key.is_rsa()) return jwk;
  const std::string certificate = key.certificate_der();
  if (style.x5c) jwk["x5c"] = {base::base64_encode(certificate)};
  if (style.x5t) jwk["x5t"] = base::base64url_encode(jose::sha1(certificate));
  if (style.x5t_s256) jwk["x5t#S256"] = base::base64url_encode(jose::sha256(certificate));
  return jwk;
}

}  // namespace

jose::Key renamed(const KeyStyle& style, const jose::Key& key) {
  const bool certified = style.kid != KidStyle::certificate || key.is_rsa();
  return key.with_kid(kid_of(certified ? style.kid : KidStyle::thumbprint, key));
}

std::string public_jwk(const KeyStyle& style, const jose::Key& key, const std::string& iss) {
  Json jwk = decorated(style, key);
  if (style.issuer) jwk["issuer"] = iss;
  return jwk.dump();
}

std::string encryption_jwk(const KeyStyle& style, const jose::Key& key) {
  Json jwk = decorated(style, renamed(style, key.with_alg("RSA-OAEP")));
  jwk["use"] = "enc";
  return jwk.dump();
}

}  // namespace idp

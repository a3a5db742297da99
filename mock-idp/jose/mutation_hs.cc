#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

nlohmann::json parsed_jwk(const Key& key) {
  return base::parse_json(key.public_jwk()).value_or(nlohmann::json::object());
}

/// The members that RFC 7638 takes for a thumbprint, in its order and without white space.
std::string thumbprint_jwk(const Key& key) {
  const nlohmann::json jwk = parsed_jwk(key);
  nlohmann::json required = nlohmann::json::object();  // sorts its members by name
  for (const char* name : {"crv", "e", "kty", "n", "x", "y"}) {
    if (jwk.contains(name)) required[name] = jwk.at(name);
  }
  return base::dump(required);
}

/// A string as SSH writes it: four bytes of length, then the bytes (RFC 4251, section 5).
std::string ssh_string(const std::string& bytes) {
  const auto size = static_cast<unsigned>(bytes.size());
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    out += static_cast<char>((size >> shift) & 0xffU);
  }
  return out + bytes;
}

/// An integer as SSH writes it: a zero in front where the first bit is set.
std::string ssh_number(const std::string& bytes) {
  const bool high = !bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0;
  return ssh_string(high ? std::string(1, '\0') + bytes : bytes);
}

/// The line of an OpenSSH public key file, without a comment.
std::string openssh_line(const Key& key) {
  const nlohmann::json jwk = parsed_jwk(key);
  const auto decoded = [&](const char* name) {
    return base::base64url_decode(base::text_member(jwk, name)).value_or("");
  };
  std::string type;
  std::string blob;
  if (key.is_rsa()) {
    type = "ssh-rsa";
    blob = ssh_number(decoded("e")) + ssh_number(decoded("n"));
  } else if (base::text_member(jwk, "crv") == "P-256") {
    type = "ecdsa-sha2-nistp256";
    blob = ssh_string("nistp256") + ssh_string("\x04" + decoded("x") + decoded("y"));
  } else if (base::text_member(jwk, "crv") == "Ed25519") {
    type = "ssh-ed25519";
    blob = ssh_string(decoded("x"));
  } else {
    return {};
  }
  return type + " " + base::base64_encode(ssh_string(type) + blob);
}

/// One way in which a server may hold a public key as text or bytes; empty where the key has no
/// such form.
struct Form {
  const char* name;
  const char* summary;
  std::string (*secret)(const Key& key, const Surroundings& surroundings);
};
constexpr Form kForms[] = {
    {"pem", "the public key as PEM",
     [](const Key& key, const Surroundings&) { return key.public_pem(); }},
    {"pem-trimmed", "the public key as PEM without the last newline",
     [](const Key& key, const Surroundings&) { return trimmed(key.public_pem()); }},
    {"pem-crlf", "the public key as PEM with CRLF line ends",
     [](const Key& key, const Surroundings&) {
       return base::replace_all(key.public_pem(), "\n", "\r\n");
     }},
    {"pem-blank", "the public key as PEM after a blank",
     [](const Key& key, const Surroundings&) { return " " + key.public_pem(); }},
    {"pem-newline", "the public key as PEM after a newline",
     [](const Key& key, const Surroundings&) { return "\n" + key.public_pem(); }},
    {"pem-comment", "the public key as PEM after a comment line",
     [](const Key& key, const Surroundings&) { return "# public key\n" + key.public_pem(); }},
    {"pkcs1-pem", "the public key as PKCS#1 PEM",
     [](const Key& key, const Surroundings&) { return key.public_pkcs1_pem(); }},
    {"x509-pem", "a certificate of the public key as PEM",
     [](const Key& key, const Surroundings&) { return key.certificate_pem(); }},
    {"der", "the public key as DER",
     [](const Key& key, const Surroundings&) { return key.public_der(); }},
    {"openssh", "the public key as OpenSSH writes it",
     [](const Key& key, const Surroundings&) { return openssh_line(key); }},
    {"jwk", "the public key as a JWK of the required members",
     [](const Key& key, const Surroundings&) { return thumbprint_jwk(key); }},
    {"jwk-published", "the JWK exactly as it is published",
     [](const Key& key, const Surroundings&) { return key.public_jwk(); }},
    {"jwks", "the whole published JWK set",
     [](const Key&, const Surroundings& surroundings) { return surroundings.jwks; }},
    {"modulus", "the bytes of the RSA modulus",
     [](const Key& key, const Surroundings&) { return key.modulus(); }},
    {"modulus-base64url", "the text of the RSA modulus in base64url",
     [](const Key& key, const Surroundings&) { return base::base64url_encode(key.modulus()); }},
};

/// Signs by HMAC over that form of the first published key, whose kid the token then names.
Mutation with_public_key(const Form& form, const std::string& alg, bool unknown_kid) {
  const std::string name = fmt::format("hs-with-public-key-hs{}-{}{}", alg.substr(2), form.name,
                                       unknown_kid ? "-unknown-kid" : "");
  return {name,
          fmt::format("{} over {}{}", alg, form.summary,
                      unknown_kid ? ", with a kid that nobody published" : ""),
          [&form, alg, unknown_kid](Recipe& recipe,
                                    const Surroundings& surroundings) -> base::Result<void> {
            if (surroundings.published.empty()) return base::fail("no key is published");
            const Key& key = surroundings.published.front();
            std::string secret = form.secret(key, surroundings);
            if (secret.empty()) {
              return base::fail(fmt::format("an {} key has no such form", key.alg()));
            }
            recipe.signed_with_secret(std::move(secret), alg);
            recipe.header.set_string("kid", unknown_kid ? kUnknownKid : key.kid());
            return {};
          }};
}

/// Secrets that readers of a README copy as they stand.
constexpr const char* kKnownSecrets[] = {
    "your-256-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "secret",
    "secret-key",
    "changeme",
    "password",
    "your-secret-key",
    "your-secret-key-here",
    "your-super-secret-jwt-key",
    "your-jwt-secret",
    "my-jwt-secret",
    "my-secret-key",
    "my-secret-key-123",
    "your-secret-token-here",
    "test-key-123",
    "shhhhh",
    "jwt-secret",
    "supersecret",
};

}  // namespace

Family hs_mutations() {
  Family family;
  for (const Form& form : kForms) {
    family.push_back(with_public_key(form, "HS256", false));
    family.push_back(with_public_key(form, "HS256", true));
    if (std::string_view(form.name).substr(0, 3) != "pem") continue;
    family.push_back(with_public_key(form, "HS384", false));
    family.push_back(with_public_key(form, "HS512", false));
  }
  family.push_back(
      always("hs-empty-secret", "HS256 over an empty secret",
             [](Recipe& recipe, const Surroundings&) { recipe.signed_with_secret(""); }));
  family.push_back(always("hs-empty-secret-unknown-kid",
                          "HS256 over an empty secret, with a kid that nobody published",
                          [](Recipe& recipe, const Surroundings&) {
                            recipe.signed_with_secret("");
                            recipe.header.set_string("kid", kUnknownKid);
                          }));
  for (const char* secret : kKnownSecrets) {
    family.push_back(always(std::string("hs-secret-") + secret,
                            fmt::format("HS256 over the well-known secret \"{}\"", secret),
                            [secret](Recipe& recipe, const Surroundings&) {
                              recipe.signed_with_secret(secret);
                              recipe.header.erase("kid");
                            }));
  }
  return family;
}

}  // namespace jose

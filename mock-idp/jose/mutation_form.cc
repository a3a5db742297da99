#include <fmt/core.h>
#include <openssl/rsa.h>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/random.h"
#include "mock-idp/jose/mutation_family.h"
#include "mock-idp/jose/openssl.h"

namespace jose {
namespace {

using Assemble = std::string (*)(const Parts&);

struct Shape {
  const char* name;
  const char* summary;
  Assemble assemble;
};
constexpr Shape kShapes[] = {
    {"segments-0", "the token without its dots",
     [](const Parts& parts) { return parts.header + parts.payload + parts.signature; }},
    {"segments-1", "the header alone", [](const Parts& parts) { return parts.header; }},
    {"segments-2", "header and payload, no signature segment",
     [](const Parts& parts) { return parts.header + "." + parts.payload; }},
    {"segments-4", "the good token with a fourth segment",
     [](const Parts& parts) { return parts.compact() + ".e30"; }},
    {"empty-segments", "two dots and nothing else", [](const Parts&) { return std::string(".."); }},
    {"leading-dot", "the good token after a dot",
     [](const Parts& parts) { return "." + parts.compact(); }},
    {"trailing-dot", "the good token before a dot",
     [](const Parts& parts) { return parts.compact() + "."; }},
    {"json-serialization-flattened", "the good signature as flattened JWS JSON",
     [](const Parts& parts) {
       return fmt::format(R"({{"payload":"{}","protected":"{}","signature":"{}"}})", parts.payload,
                          parts.header, parts.signature);
     }},
    {"json-serialization-general", "the good signature as general JWS JSON",
     [](const Parts& parts) {
       return fmt::format(
           R"({{"payload":"{}","signatures":[{{"protected":"{}","signature":"{}"}}]}})",
           parts.payload, parts.header, parts.signature);
     }},
};

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;

struct Sealed {
  std::string text;
  std::string tag;
};

/// AES-256-GCM (RFC 7518, section 5.3).
Sealed seal(std::string_view key, std::string_view nonce, std::string_view associated,
            std::string_view plain) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  Sealed sealed{std::string(plain.size(), '\0'), std::string(16, '\0')};
  int size = 0;
  EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce));
  EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(associated),
                    static_cast<int>(associated.size()));
  EVP_EncryptUpdate(context.get(), bytes(sealed.text), &size, bytes(plain),
                    static_cast<int>(plain.size()));
  EVP_EncryptFinal_ex(context.get(), bytes(sealed.text) + size, &size);
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, bytes(sealed.tag));
  return sealed;
}

/// The good claims, encrypted: five segments (RFC 7516, section 7.1) that prove nothing about who
/// wrote them.
std::string encrypted(const Members& header, const std::string& content_key,
                      const std::string& wrapped_key, const std::string& claims) {
  const std::string head = base::base64url_encode(header.to_json());
  const std::string nonce = base::random_bytes(12);
  const Sealed sealed = seal(content_key, nonce, head, claims);
  return head + "." + base::base64url_encode(wrapped_key) + "." + base::base64url_encode(nonce) +
         "." + base::base64url_encode(sealed.text) + "." + base::base64url_encode(sealed.tag);
}

/// RSA-OAEP with SHA-256 (RFC 7518, section 4.3); empty if the key cannot.
std::string wrap_for(const Key& key, const std::string& content_key) {
  const std::string der = key.public_der();
  const unsigned char* at = bytes(der);
  const Pkey pkey(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  const PkeyContext context(EVP_PKEY_CTX_new(pkey.get(), nullptr));
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(pkey.get())), '\0');
  std::size_t size = out.size();
  const bool done = EVP_PKEY_encrypt_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_encrypt(context.get(), bytes(out), &size, bytes(content_key),
                                     content_key.size()) == 1;
  return done ? out : std::string();
}

/// The token becomes that text, whatever is signed.
void replace_token(Recipe& recipe, std::string text) {
  recipe.assemble = [text = std::move(text)](const Parts&) { return text; };
}

base::Result<void> encrypt_directly(Recipe& recipe, const Surroundings&) {
  Members header = recipe.header;
  header.set_string("alg", "dir").set_string("enc", "A256GCM");
  replace_token(recipe, encrypted(header, std::string(32, '\0'), "", recipe.claims.to_json()));
  return {};
}

base::Result<void> encrypt_to_published_key(Recipe& recipe, const Surroundings& surroundings) {
  const Key* const key = published_key(surroundings, "RS256");
  if (key == nullptr) return base::fail("no RSA key is published");
  const std::string content_key = base::random_bytes(32);
  const std::string wrapped = wrap_for(*key, content_key);
  if (wrapped.empty()) return base::fail("the published RSA key cannot encrypt");
  Members header = recipe.header;
  header.set_string("alg", "RSA-OAEP-256").set_string("enc", "A256GCM");
  header.set_string("kid", key->kid());
  replace_token(recipe, encrypted(header, content_key, wrapped, recipe.claims.to_json()));
  return {};
}

base::Result<void> encrypt_by_password(Recipe& recipe, const Surroundings&) {
  Members header = recipe.header;
  header.set_string("alg", "PBES2-HS512+A256KW").set_string("enc", "A256GCM");
  header.set_string("p2s", base::base64url_encode(base::random_bytes(16)));
  header.set_number("p2c", 2'147'483'647);
  replace_token(recipe, encrypted(header, base::random_bytes(32), base::random_bytes(40),
                                  recipe.claims.to_json()));
  return {};
}

}  // namespace

Family form_mutations() {
  Family family;
  for (const Shape& shape : kShapes) {
    family.push_back(always(
        shape.name, shape.summary,
        [&shape](Recipe& recipe, const Surroundings&) { recipe.assemble = shape.assemble; }));
  }
  family.push_back(
      {"jwe-token-dir", "the good claims encrypted with a key of zeros", encrypt_directly});
  family.push_back({"jwe-token-rsa-oaep-256",
                    "the good claims encrypted to the issuer's public key",
                    encrypt_to_published_key});
  family.push_back({"jwe-pbes2-huge-count",
                    "encrypted by password, with 2,147,483,647 rounds to derive the key",
                    encrypt_by_password});
  return family;
}

}  // namespace jose

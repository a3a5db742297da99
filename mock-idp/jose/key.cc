#include "mock-idp/jose/key.h"

#include <fmt/core.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <utility>

#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/jose/key_material.h"

namespace jose {
namespace {

KeyType type_of(const EVP_PKEY* pkey, bool& known) {
  known = true;
  if (EVP_PKEY_is_a(pkey, "RSA") == 1) return KeyType::rsa;
  if (EVP_PKEY_is_a(pkey, "EC") == 1) return KeyType::ec;
  known = EVP_PKEY_is_a(pkey, "ED25519") == 1;
  return KeyType::ed25519;
}

std::string group_name(const EVP_PKEY* pkey) {
  char name[80];
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(pkey, name, sizeof name, &size) != 1) return {};
  return std::string(name, size);
}

base::Result<Pkey> generate_pkey(EVP_PKEY_CTX* raw, const OSSL_PARAM* params) {
  const PkeyContext context(raw);
  EVP_PKEY* pkey = nullptr;
  const bool done = context && EVP_PKEY_keygen_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_params(context.get(), params) == 1 &&
                    EVP_PKEY_generate(context.get(), &pkey) == 1;
  ERR_clear_error();
  if (!done) return base::fail("the key could not be generated");
  return Pkey(pkey);
}

base::Result<Pkey> generate_rsa_pkey(int bits, std::uint64_t exponent) {
  auto size = static_cast<std::size_t>(bits);
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &size),
      OSSL_PARAM_construct_uint64(OSSL_PKEY_PARAM_RSA_E, &exponent),
      OSSL_PARAM_construct_end(),
  };
  return generate_pkey(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), params);
}

base::Result<Pkey> generate_ec_pkey(std::string group) {
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_end(),
  };
  return generate_pkey(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), params);
}

std::string random_kid(std::string_view alg) {
  return base::to_lower(alg) + "-" + base::random_hex(6);
}

}  // namespace

base::Result<std::shared_ptr<const Key::Material>> Key::Material::wrap(Pkey pkey) {
  bool known = false;
  auto material = std::make_shared<Material>();
  material->type = type_of(pkey.get(), known);
  if (!known) return base::fail("not an RSA, EC or Ed25519 key");
  if (material->type == KeyType::rsa) {
    material->width = EVP_PKEY_get_size(pkey.get());
  } else if (material->type == KeyType::ed25519) {
    material->curve = "Ed25519";
    material->width = 32;
  } else {
    const std::string group = group_name(pkey.get());
    const char* const curve = curve_of_group(group);
    if (curve == nullptr) return base::fail(fmt::format("unsupported curve {}", group));
    material->curve = curve;
    material->width = (EVP_PKEY_get_bits(pkey.get()) + 7) / 8;
  }
  material->pkey = std::move(pkey);
  return material;
}

std::string natural_algorithm(const Key::Material& material) {
  if (material.type == KeyType::rsa) return "RS256";
  return algorithm_of_curve(material.curve)->name;
}

bool can_sign(const Key::Material& material, const Algorithm& algorithm) {
  switch (algorithm.scheme) {
    case Scheme::pkcs1:
    case Scheme::pss:
      return material.type == KeyType::rsa;
    case Scheme::ecdsa:
      return material.type == KeyType::ec;
    case Scheme::eddsa:
      return material.type == KeyType::ed25519;
  }
  return false;
}

bool suits(const Key::Material& material, const Algorithm& algorithm) {
  return can_sign(material, algorithm) &&
         (algorithm.curve == nullptr || material.curve == algorithm.curve);
}

base::Result<std::shared_ptr<const Key::Material>> generate_material(std::string_view pool_name) {
  for (const std::string& name : signing_algorithms()) {
    const Algorithm& algorithm = *find_algorithm(name);
    if (algorithm.pool_name != pool_name) continue;
    auto pkey =
        algorithm.scheme == Scheme::ecdsa ? generate_ec_pkey(group_of_curve(algorithm.curve))
        : algorithm.scheme == Scheme::eddsa
            ? generate_pkey(EVP_PKEY_CTX_new_from_name(nullptr, "ED25519", nullptr), nullptr)
            : generate_rsa_pkey(2048, 65537);
    if (!pkey) return tl::unexpected(pkey.error());
    return Key::Material::wrap(std::move(*pkey));
  }
  return base::fail(fmt::format("no key type {}", pool_name));
}

Key::Key(std::shared_ptr<const Material> material, std::string alg, std::string kid)
    : material_(std::move(material)), alg_(std::move(alg)), kid_(std::move(kid)) {}

base::Result<Key> Key::generate(std::string_view alg) {
  const Algorithm* const algorithm = find_algorithm(alg);
  if (algorithm == nullptr) return base::fail(fmt::format("no signing algorithm {}", alg));
  auto material = generate_material(algorithm->pool_name);
  if (!material) return tl::unexpected(material.error());
  return Key(std::move(*material), algorithm->name, random_kid(alg));
}

base::Result<Key> Key::generate_rsa(int bits, std::uint64_t exponent) {
  auto pkey = generate_rsa_pkey(bits, exponent);
  if (!pkey) {
    return base::fail(
        fmt::format("no RSA key of {} bits with exponent {} can be generated", bits, exponent));
  }
  auto material = Material::wrap(std::move(*pkey));
  if (!material) return tl::unexpected(material.error());
  return Key(std::move(*material), "RS256", random_kid("rs256"));
}

const std::string& Key::alg() const { return alg_; }
const std::string& Key::kid() const { return kid_; }
Key Key::with_kid(std::string kid) const { return Key(material_, alg_, std::move(kid)); }
Key Key::with_alg(std::string alg) const { return Key(material_, std::move(alg), kid_); }
bool Key::is_rsa() const { return material_->type == KeyType::rsa; }
bool Key::is_ec() const { return material_->type == KeyType::ec; }

}  // namespace jose

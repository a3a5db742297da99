#include <fmt/core.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "mock-idp/jose/key_material.h"

namespace jose {
namespace {

using Json = nlohmann::json;

/// OpenSSL would ask at the terminal for the password of an encrypted file.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

/// The JWK's member, decoded; empty and `problem` set where it is missing or not base64url.
std::string decoded(const Json& jwk, const char* name, std::string& problem) {
  const auto member = jwk.find(name);
  if (member == jwk.end() || !member->is_string()) {
    if (problem.empty()) problem = fmt::format("the JWK has no string member {}", name);
    return {};
  }
  auto value = base::base64url_decode(member->get<std::string>());
  if (!value || value->empty()) {
    if (problem.empty()) problem = fmt::format("the JWK's member {} is not base64url", name);
    return {};
  }
  return std::move(*value);
}

base::Result<Pkey> from_params(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* raw = nullptr;
  const bool made = EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_KEYPAIR, params.get()) == 1;
  Pkey pkey(raw);
  const PkeyContext check(made ? EVP_PKEY_CTX_new(raw, nullptr) : nullptr);
  const bool matches = made && EVP_PKEY_pairwise_check(check.get()) == 1;
  ERR_clear_error();
  if (!made) return base::fail("the JWK's numbers are not a key");
  if (!matches) return base::fail("the JWK's private and public members do not belong together");
  return pkey;
}

struct Part {
  const char* jwk;
  const char* openssl;
};
constexpr Part kRsaParts[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N},          {"e", OSSL_PKEY_PARAM_RSA_E},
    {"d", OSSL_PKEY_PARAM_RSA_D},          {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

base::Result<Pkey> rsa_from(const Json& jwk) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  std::vector<Number> numbers;  // the builder only points to them
  std::string problem;
  for (const Part& part : kRsaParts) {
    const std::string value = decoded(jwk, part.jwk, problem);
    if (!problem.empty()) return base::fail(problem);
    numbers.emplace_back(BN_bin2bn(bytes(value), static_cast<int>(value.size()), nullptr));
    OSSL_PARAM_BLD_push_BN(builder.get(), part.openssl, numbers.back().get());
  }
  return from_params("RSA", builder.get());
}

base::Result<Pkey> ec_from(const Json& jwk) {
  const char* const group = group_of_curve(base::text_member(jwk, "crv"));
  if (group == nullptr) return base::fail("the JWK's crv is not a known EC curve");
  std::string problem;
  const std::string x = decoded(jwk, "x", problem);
  const std::string y = decoded(jwk, "y", problem);
  const std::string d = decoded(jwk, "d", problem);
  if (!problem.empty()) return base::fail(problem);
  const std::string point = "\x04" + x + y;  // uncompressed
  const Number scalar(BN_bin2bn(bytes(d), static_cast<int>(d.size()), nullptr));
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get());
  return from_params("EC", builder.get());
}

base::Result<Pkey> okp_from(const Json& jwk) {
  if (base::text_member(jwk, "crv") != "Ed25519") return base::fail("the JWK's crv is not Ed25519");
  std::string problem;
  const std::string d = decoded(jwk, "d", problem);
  const std::string x = decoded(jwk, "x", problem);
  if (!problem.empty()) return base::fail(problem);
  Pkey pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(d), d.size()));
  std::string derived(32, '\0');
  std::size_t size = derived.size();
  if (!pkey || EVP_PKEY_get_raw_public_key(pkey.get(), bytes(derived), &size) != 1) {
    ERR_clear_error();
    return base::fail("the JWK's d is not an Ed25519 key");
  }
  if (derived != x) {
    return base::fail("the JWK's private and public members do not belong together");
  }
  return pkey;
}

base::Result<Pkey> pkey_from(const Json& jwk) {
  const std::string type = base::text_member(jwk, "kty");
  if (!jwk.contains("d") && (type == "RSA" || type == "EC" || type == "OKP")) {
    return base::fail("the JWK is a public key; signing needs the private one");
  }
  if (type == "RSA") return rsa_from(jwk);
  if (type == "EC") return ec_from(jwk);
  if (type == "OKP") return okp_from(jwk);
  return base::fail(fmt::format("the JWK's kty \"{}\" is not RSA, EC or OKP", type));
}

/// Beyond this, one signature costs more to check than anybody needs.
constexpr std::size_t kLargestModulus = 1024;

base::Result<Pkey> public_from_params(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* raw = nullptr;
  const bool made = EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  Pkey pkey(raw);
  const PkeyContext check(made ? EVP_PKEY_CTX_new(raw, nullptr) : nullptr);
  const bool good = made && EVP_PKEY_public_check(check.get()) == 1;
  ERR_clear_error();
  if (!good) return base::fail("the JWK's numbers are not a key");
  return pkey;
}

base::Result<Pkey> public_rsa_from(const Json& jwk) {
  std::string problem;
  const std::string n = decoded(jwk, "n", problem);
  const std::string e = decoded(jwk, "e", problem);
  if (!problem.empty()) return base::fail(problem);
  if (n.size() > kLargestModulus || e.size() > 8) return base::fail("the JWK's key is too large");
  const Number modulus(BN_bin2bn(bytes(n), static_cast<int>(n.size()), nullptr));
  const Number exponent(BN_bin2bn(bytes(e), static_cast<int>(e.size()), nullptr));
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return public_from_params("RSA", builder.get());
}

base::Result<Pkey> public_ec_from(const Json& jwk) {
  const char* const group = group_of_curve(base::text_member(jwk, "crv"));
  if (group == nullptr) return base::fail("the JWK's crv is not a known EC curve");
  std::string problem;
  const std::string x = decoded(jwk, "x", problem);
  const std::string y = decoded(jwk, "y", problem);
  if (!problem.empty()) return base::fail(problem);
  const std::string point = "\x04" + x + y;  // uncompressed
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return public_from_params("EC", builder.get());
}

base::Result<Pkey> public_okp_from(const Json& jwk) {
  if (base::text_member(jwk, "crv") != "Ed25519") return base::fail("the JWK's crv is not Ed25519");
  std::string problem;
  const std::string x = decoded(jwk, "x", problem);
  if (!problem.empty()) return base::fail(problem);
  Pkey pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(x), x.size()));
  ERR_clear_error();
  if (!pkey) return base::fail("the JWK's x is not an Ed25519 key");
  return pkey;
}

base::Result<Pkey> public_pkey_from(const Json& jwk) {
  const std::string type = base::text_member(jwk, "kty");
  if (type == "RSA") return public_rsa_from(jwk);
  if (type == "EC") return public_ec_from(jwk);
  if (type == "OKP") return public_okp_from(jwk);
  return base::fail(fmt::format("the JWK's kty \"{}\" is not RSA, EC or OKP", type));
}

/// The key under the algorithm asked for, or under its natural one.
base::Result<Key> named(std::shared_ptr<const Key::Material> material, std::string_view alg,
                        std::string kid) {
  std::string name = alg.empty() ? natural_algorithm(*material) : std::string(alg);
  const Algorithm* const algorithm = find_algorithm(name);
  if (algorithm == nullptr) return base::fail(fmt::format("no signing algorithm \"{}\"", name));
  if (!suits(*material, *algorithm)) {
    return base::fail(fmt::format("the key ({}{}{}) does not suit {}", key_type_name(*material),
                                  material->curve.empty() ? "" : " ", material->curve, name));
  }
  if (kid.empty()) kid = thumbprint(*material);
  return Key(std::move(material), std::move(name), std::move(kid));
}

}  // namespace

base::Result<std::shared_ptr<const Key::Material>> material_from_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Pkey pkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!pkey) {
    const bool encrypted = pem.find("ENCRYPTED") != std::string_view::npos;
    return base::fail(encrypted ? "the PEM private key is encrypted" : "no PEM private key in it");
  }
  return Key::Material::wrap(std::move(pkey));
}

base::Result<Key> Key::from_pem(std::string_view pem, std::string_view alg) {
  auto material = material_from_pem(pem);
  if (!material) return tl::unexpected(material.error());
  return named(std::move(*material), alg, {});
}

namespace {

base::Result<Key> read_jwk(std::string_view jwk, base::Result<Pkey> (*read)(const Json&)) {
  const auto json = base::parse_json(jwk);
  if (!json) return base::fail("not a JWK: " + json.error().message);
  if (!json->is_object()) return base::fail("not a JWK: not a JSON object");
  auto pkey = read(*json);
  if (!pkey) return tl::unexpected(pkey.error());
  auto material = Key::Material::wrap(std::move(*pkey));
  if (!material) return tl::unexpected(material.error());
  return named(std::move(*material), base::text_member(*json, "alg"),
               base::text_member(*json, "kid"));
}

}  // namespace

base::Result<Key> Key::from_jwk(std::string_view jwk) { return read_jwk(jwk, pkey_from); }

base::Result<Key> Key::from_public_jwk(std::string_view jwk) {
  return read_jwk(jwk, public_pkey_from);
}

}  // namespace jose

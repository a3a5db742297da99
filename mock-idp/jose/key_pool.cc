#include <fmt/core.h>

#include <map>
#include <mutex>
#include <utility>

#include "common/base/text.h"
#include "mock-idp/jose/key_material.h"

// The files of fixtures/keys, built in by CMakeLists.txt.
#define AUTHSPEC_KEYS(type) \
  extern const std::string_view key_##type##_0, key_##type##_1, key_##type##_2, key_##type##_3;
namespace embedded {
AUTHSPEC_KEYS(rsa)
AUTHSPEC_KEYS(p256)
AUTHSPEC_KEYS(p384)
AUTHSPEC_KEYS(p521)
AUTHSPEC_KEYS(secp256k1)
AUTHSPEC_KEYS(ed25519)
}  // namespace embedded
#undef AUTHSPEC_KEYS

namespace jose {
namespace {

using SharedMaterial = std::shared_ptr<const Key::Material>;

/// Null for an index that the pool does not have.
const std::string_view* pem_of(std::string_view type, unsigned index) {
#define AUTHSPEC_FILES(type)                                                           \
  {                                                                                    \
#type, {                                                                           \
      &embedded::key_##type##_0, &embedded::key_##type##_1, &embedded::key_##type##_2, \
          &embedded::key_##type##_3                                                    \
    }                                                                                  \
  }
  static const std::map<std::string_view, std::vector<const std::string_view*>> files = {
      AUTHSPEC_FILES(rsa),  AUTHSPEC_FILES(p256),      AUTHSPEC_FILES(p384),
      AUTHSPEC_FILES(p521), AUTHSPEC_FILES(secp256k1), AUTHSPEC_FILES(ed25519),
  };
#undef AUTHSPEC_FILES
  const auto found = files.find(type);
  if (found == files.end() || index >= found->second.size()) return nullptr;
  return found->second[index];
}

/// Whoever rotates for ever gets a new key every time, and nobody keeps it.
constexpr unsigned kKept = 64;

/// Reading a PEM file costs more than a signature, so every key is read (or made) once.
base::Result<SharedMaterial> pool_material(const std::string& type, unsigned index) {
  if (index >= kKept) return generate_material(type);
  static std::mutex mutex;
  static std::map<std::pair<std::string, unsigned>, SharedMaterial> cache;
  const std::lock_guard lock(mutex);
  SharedMaterial& cached = cache[{type, index}];
  if (cached) return cached;
  const std::string_view* const pem = pem_of(type, index);
  auto material = pem != nullptr ? material_from_pem(*pem) : generate_material(type);
  if (material) cached = *material;
  return material;
}

}  // namespace

base::Result<Key> Key::from_pool(std::string_view alg, unsigned index) {
  const Algorithm* const algorithm = find_algorithm(alg);
  if (algorithm == nullptr) return base::fail(fmt::format("no signing algorithm \"{}\"", alg));
  auto material = pool_material(algorithm->pool_name, index);
  if (!material) return tl::unexpected(material.error());
  return Key(std::move(*material), algorithm->name,
             fmt::format("{}-{}", base::to_lower(alg), index));
}

}  // namespace jose

#include "mock-idp/jose/mutation.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

/// Rotations take the first keys of the pool; these are the ones behind them.
constexpr unsigned kFirstAttackerIndex = 3;
constexpr unsigned kLastAttackerIndex = 64;

std::function<base::Result<std::string>(const std::string&)> signer_of(const Recipe& recipe) {
  if (recipe.signer) return recipe.signer;
  const std::string alg = recipe.header.string("alg");
  return [key = recipe.key, alg](const std::string& input) -> base::Result<std::string> {
    if (!key) return base::fail("the recipe has no key to sign with");
    return key->sign(alg, input);
  };
}

std::vector<Mutation> all_families() {
  std::vector<Mutation> all;
  for (Family (*family)() :
       {alg_mutations, hs_mutations, form_mutations, mixed_mutations, tamper_mutations,
        header_mutations, key_mutations, ecdsa_mutations, encoding_mutations, json_mutations,
        time_mutations, audience_mutations, issuer_mutations, kind_mutations}) {
    Family members = family();
    std::move(members.begin(), members.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

Mutation always(std::string name, std::string summary, Edit edit) {
  return {std::move(name), std::move(summary),
          [edit = std::move(edit)](Recipe& recipe,
                                   const Surroundings& surroundings) -> base::Result<void> {
            edit(recipe, surroundings);
            return {};
          }};
}

void keep_algorithm(Recipe& recipe) { recipe.signer = signer_of(recipe); }

void change_signature(Recipe& recipe, std::function<std::string(std::string)> change) {
  recipe.signer = [sign = signer_of(recipe), change = std::move(change)](
                      const std::string& input) -> base::Result<std::string> {
    auto signature = sign(input);
    if (!signature) return signature;
    return change(std::move(*signature));
  };
}

void use_signature(Recipe& recipe, std::string bytes) {
  recipe.signer = [bytes = std::move(bytes)](const std::string&) -> base::Result<std::string> {
    return bytes;
  };
}

base::Result<Key> attacker_key(std::string_view alg, const Surroundings& surroundings) {
  for (unsigned index = kFirstAttackerIndex; index <= kLastAttackerIndex; ++index) {
    auto key = Key::from_pool(alg, index);
    if (!key) return key;
    const std::string pem = key->public_pem();
    const bool known = std::any_of(surroundings.published.begin(), surroundings.published.end(),
                                   [&](const Key& one) { return one.public_pem() == pem; });
    if (!known) return key->with_kid("attacker");
  }
  return base::fail(fmt::format("every key of the pool for {} is published", alg));
}

const Key* published_key(const Surroundings& surroundings, std::string_view alg) {
  const auto& keys = surroundings.published;
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.alg() == alg; });
  return found == keys.end() ? nullptr : &*found;
}

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> all = all_families();
  return all;
}

const Mutation* find_mutation(std::string_view name) {
  const auto& all = mutations();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Mutation& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace jose

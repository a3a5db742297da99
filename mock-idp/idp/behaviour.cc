#include "mock-idp/idp/behaviour.h"

#include <fmt/core.h>

#include "common/base/suggest.h"
#include "common/base/text.h"

namespace idp {
namespace {

constexpr std::string_view kDpopNonce = "dpop-nonce";

/// False where the word is no scenario.
bool take(std::string_view word, Behaviour& behaviour) {
  if (const auto persona = persona_from(word)) {
    behaviour.persona = *persona;
  } else if (word == "lax") {
    behaviour.weaknesses = lax();
  } else if (word == "strict") {
    behaviour.weaknesses = strict();
  } else if (word == kDpopNonce) {
    behaviour.dpop_nonce = true;
  } else if (const auto weakness = weakness_from(word)) {
    behaviour.weaknesses.add(*weakness);
  } else {
    return false;
  }
  return true;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (Scenario& scenario : scenarios()) all.push_back(std::move(scenario.name));
  return all;
}

}  // namespace

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  for (const Persona persona : all_personas()) {
    const std::string name(to_string(persona));
    all.push_back({name, persona == Persona::generic ? "imitates nobody" : "imitates " + name});
  }
  all.push_back({"lax", "any client, PKCE is optional, login_hint logs in"});
  all.push_back({"strict", "clients register, PKCE is a must, a person logs in"});
  all.push_back({std::string(kDpopNonce), "DPoP proofs need a nonce that the provider gives"});
  for (const WeaknessFact& fact : weakness_facts()) {
    all.push_back({std::string(fact.id), std::string(fact.summary)});
  }
  return all;
}

base::Result<Behaviour> behaviour_of(std::string_view issuer_name, const Behaviour& usual) {
  Behaviour behaviour = usual;
  const std::vector<std::string> words = base::split(issuer_name, '~');
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (take(words[i], behaviour)) continue;
    return base::fail(fmt::format("there is no scenario \"{}\"{}", words[i],
                                  base::suggestion(words[i], names())));
  }
  return behaviour;
}

}  // namespace idp

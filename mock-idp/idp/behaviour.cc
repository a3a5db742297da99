#include "mock-idp/idp/behaviour.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "common/base/suggest.h"
#include "common/base/text.h"
#include "mock-idp/idp/fault_kinds.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

constexpr std::string_view kDpopNonce = "dpop-nonce";

/// `ENDPOINT-FAULT`; nothing where the word is no such thing.
std::optional<StandingFault> standing_fault(std::string_view word) {
  for (const NamedFault& fault : named_faults()) {
    const std::string ending = "-" + std::string(fault.name);
    if (word.size() <= ending.size() || word.substr(word.size() - ending.size()) != ending) {
      continue;
    }
    const std::string endpoint(word.substr(0, word.size() - ending.size()));
    if (!base::contains(endpoint_names(), endpoint)) continue;
    StandingFault standing{endpoint, misbehaviour_of(fault)};
    standing.does.name = word;
    return standing;
  }
  return std::nullopt;
}

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
  } else if (auto fault = standing_fault(word)) {
    behaviour.faults.push_back(std::move(*fault));
  } else {
    return false;
  }
  return true;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (Scenario& scenario : scenarios()) all.push_back(std::move(scenario.name));
  for (const std::string& endpoint : endpoint_names()) {
    for (const NamedFault& fault : named_faults()) {
      all.push_back(fmt::format("{}-{}", endpoint, fault.name));
    }
  }
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

#include <nlohmann/json.hpp>

#include "mock-idp/idp/control.h"
#include "mock-idp/jose/mutation.h"

namespace idp {
namespace {

ControlJson kinds_json(Persona persona) {
  ControlJson list = ControlJson::array();
  for (const TokenKind& kind : kinds_of(persona)) {
    list.push_back({{"name", kind.name}, {"summary", kind.summary}});
  }
  return list;
}

}  // namespace

ControlJson issuer_json(const Issuer& issuer) {
  ControlJson weaknesses = ControlJson::array();
  for (const WeaknessFact& fact : weakness_facts()) {
    if (issuer.behaviour().weaknesses.has(fact.weakness)) weaknesses.push_back(fact.id);
  }
  return {{"name", issuer.name()},
          {"url", issuer.url()},
          {"jwks_uri", issuer.jwks_uri()},
          {"persona", to_string(issuer.persona())},
          {"weaknesses", std::move(weaknesses)},
          {"token_kinds", kinds_json(issuer.persona())}};
}

Obeyed<http::Response> list_issuers(const ControlCall& call) {
  ControlJson list = ControlJson::array();
  for (const Issuer* issuer : call.provider.issuers()) list.push_back(issuer_json(*issuer));
  return control_answer({{"origin", call.provider.origin}, {"issuers", std::move(list)}});
}

Obeyed<http::Response> list_scenarios(const ControlCall& /*call*/) {
  ControlJson scenarios_json = ControlJson::array();
  for (const Scenario& one : scenarios()) {
    scenarios_json.push_back({{"name", one.name}, {"summary", one.summary}});
  }
  ControlJson mutations = ControlJson::array();
  for (const jose::Mutation& one : jose::mutations()) {
    mutations.push_back({{"name", one.name}, {"summary", one.summary}});
  }
  return control_answer({{"scenarios", std::move(scenarios_json)},
                         {"mutations", std::move(mutations)},
                         {"algorithms", jose::signing_algorithms()},
                         {"endpoints", endpoint_names()},
                         {"faults", faults_vocabulary()}});
}

}  // namespace idp

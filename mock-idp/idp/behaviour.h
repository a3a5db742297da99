#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "mock-idp/idp/misbehaviour.h"
#include "mock-idp/idp/persona.h"
#include "mock-idp/idp/weakness.h"

namespace idp {

/// What an endpoint always does instead of answering truly.
struct StandingFault {
  std::string endpoint;  ///< as the journal names it
  Misbehaviour does;
};

/// How one issuer behaves. Its name says so, nothing has to be set up: `/i/NAME~SCENARIO`, or
/// several, `/i/main~okta~strict~pkce-plain~jwks-503`.
struct Behaviour {
  Persona persona = Persona::generic;
  Weaknesses weaknesses;
  bool dpop_nonce = false;  ///< DPoP proofs need a nonce of the provider's (RFC 9449, section 8)
  std::vector<StandingFault> faults;
};

/// A word that may follow a tilde in the name of an issuer.
struct Scenario {
  std::string name;
  std::string summary;  ///< for people
};

/// Every scenario there is: personas, the profiles `lax` and `strict`, each weakness. Beside them,
/// each endpoint has those of `named_faults`: `jwks-503`.
std::vector<Scenario> scenarios();

/// What the name of an issuer says; what it leaves open is as `usual`. Later words win. The error
/// names the word that is no scenario.
base::Result<Behaviour> behaviour_of(std::string_view issuer_name, const Behaviour& usual);

}  // namespace idp

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mock-idp/idp/persona_spec.h"

namespace idp {

/// The document of one of a persona's issuers. An endpoint is named only where `serves` says that
/// its generic path is there, and nothing is said to be supported that the `generic` document
/// (JSON) does not have: a mock that promises what it does not do would mislead whoever tests with
/// it.
std::string persona_metadata(const PersonaSpec& spec, const PersonaIssuer& issuer,
                             const std::string& base, std::string_view generic,
                             const std::function<bool(std::string_view)>& serves);

}  // namespace idp

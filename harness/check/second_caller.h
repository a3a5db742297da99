#pragma once

#include <optional>
#include <string_view>

#include "harness/check/probe.h"

namespace check {

/// The modes in which there can be several callers: all but those with one fixed secret.
Modes with_second_caller();

/// Why a case is skipped that needs somebody else than the control.
inline constexpr const char* kNoSecondCaller =
    "no good credentials of a second caller are known: there is one fixed secret only, or it is "
    "yours";

/// Good credentials of somebody else than the control: a token of that subject where we are the
/// issuer, the second key of a server that we gave two, the token of another user of our
/// issuer who logs in through a server that fronts it. Nothing where there is nobody else. Whether
/// the target takes them is for the case to see.
std::optional<Credential> credential_of_another(Probe& probe, std::string_view subject);

}  // namespace check

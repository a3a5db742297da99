#pragma once

#include <string>

#include "harness/check/case.h"

namespace check {

/// The case "secret-unset" of a mode whose clients know a secret of the server: started without it,
/// the server serves no client. `noun`: "token", "key", "password", "secret".
Case secret_unset_case(const std::string& noun);

}  // namespace check

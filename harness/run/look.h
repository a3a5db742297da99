#pragma once

#include "harness/check/context.h"
#include "harness/run/detect.h"

namespace run {

/// Asks a target without credentials: greets it, lists its tools, calls one of them, and reads the
/// metadata where that is refused. `issuer` is ours.
Shown look(const check::Context::Options& settings, const std::string& issuer);

}  // namespace run

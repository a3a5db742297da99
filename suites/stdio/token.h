#pragma once

#include "harness/check/probe.h"

// What the cases on tokens of mode stdio-jwt share.
namespace suites::stdio {

inline const check::Modes kToken = {check::Mode::stdio_jwt};

/// The control with that token.
check::Attempt carrying(check::Probe& probe, const jose::Recipe& token);

}  // namespace suites::stdio

#pragma once

#include <vector>

#include "harness/cli/command.h"

namespace cli {

/// Parses the command line and runs the subcommand that it names; returns the exit code. A wrong
/// call is one line on standard error and exit code 2.
int dispatch(int argc, char** argv, const std::vector<Register>& commands);

}  // namespace cli

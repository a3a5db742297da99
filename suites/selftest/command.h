#pragma once

namespace CLI {
class App;
}

namespace selftest {

/// Adds the subcommand `selftest`, the kill matrix, to `root`; see cli::Register.
void add_selftest(CLI::App& root, int& exit_code);

}  // namespace selftest

#pragma once

namespace CLI {
class App;
}

namespace cli {

/// Adds a subcommand to `root`. Its callback does the work and sets `exit_code`; a wrong call is
/// `exit_code = fail_usage("--port: 99999 is not a port")` (support.h). An option that may be
/// repeated is made so by `repeatable(option)` (support.h), else CLI11 lets it swallow what
/// follows.
using Register = void (*)(CLI::App& root, int& exit_code);

void add_run(CLI::App& root, int& exit_code);
void add_idp(CLI::App& root, int& exit_code);
void add_token(CLI::App& root, int& exit_code);
void add_serve(CLI::App& root, int& exit_code);
void add_list(CLI::App& root, int& exit_code);
void add_explain(CLI::App& root, int& exit_code);
void add_healthcheck(CLI::App& root, int& exit_code);
void add_login(CLI::App& root, int& exit_code);

}  // namespace cli

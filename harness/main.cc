#include "harness/cli/cli.h"
#include "suites/selftest/command.h"

int main(int argc, char** argv) {
  return cli::dispatch(
      argc, argv,
      {cli::add_run, cli::add_idp, cli::add_token, cli::add_serve, selftest::add_selftest,
       cli::add_list, cli::add_explain, cli::add_login, cli::add_healthcheck});
}

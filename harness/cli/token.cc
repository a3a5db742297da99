#include "harness/cli/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/support.h"
#include "mock-idp/jose/mutation.h"

namespace cli {
namespace {

int list_mutations() {
  std::size_t width = 0;
  for (const jose::Mutation& mutation : jose::mutations()) {
    width = std::max(width, mutation.name.size());
  }
  std::string text;
  for (const jose::Mutation& mutation : jose::mutations()) {
    text += fmt::format("{:<{}}  {}\n", mutation.name, width, mutation.summary);
  }
  print(text);
  return 0;
}

}  // namespace

void add_token(CLI::App& root, int& exit_code) {
  auto* const command = root.add_subcommand("token", "mint, decode or verify a test token");
  command->require_subcommand(0, 1);
  add_token_mint(*command, exit_code);
  add_token_decode(*command, exit_code);
  add_token_verify(*command, exit_code);
  command->add_subcommand("list-mutations", "the named ways to spoil a token (--mutate)")
      ->callback([&exit_code] { exit_code = list_mutations(); });
  examples(*command,
           "mcp-authspec token --aud http://127.0.0.1:3000/mcp --scope mcp:tools\n"
           "mcp-authspec token --idp http://127.0.0.1:9400 --aud http://127.0.0.1:3000/mcp\n"
           "mcp-authspec token --claim 'roles=[\"admin\"]' --ttl 3600 --key my-key.pem\n");
}

}  // namespace cli

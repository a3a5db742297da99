#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace CLI {
class App;
}

// The verbs of `token`, one file each.
namespace cli {

void add_token_mint(CLI::App& token, int& exit_code);
void add_token_decode(CLI::App& token, int& exit_code);
void add_token_verify(CLI::App& token, int& exit_code);

/// The token of an argument, or of standard input where it is empty or `-`: without white space
/// at its ends and without a leading `Bearer `. At most 4 MiB.
base::Result<std::string> read_token(const std::string& argument);

/// A compact JWS taken apart and decoded; nothing is checked beyond that.
struct TokenParts {
  std::string header;     ///< JSON text
  std::string payload;    ///< bytes
  std::string signature;  ///< bytes
  std::string signed_text;
};

/// The error says which part is malformed, and how.
base::Result<TokenParts> split_token(std::string_view token);

/// `in 4 min 59 s`, `12 s ago`, for a time in seconds beside now.
std::string relative_time(long long seconds, long long now);

}  // namespace cli

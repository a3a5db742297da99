#pragma once

#include <optional>
#include <string>

#include "harness/check/mode.h"

namespace check {

/// What a server's tools say of credentials in their arguments.
struct ArgumentHint {
  std::string argument;  ///< "auth_token"
  bool is_jwt = false;   ///< its name or its description says so

  /// The mode of a server with such tools, over stdio or over HTTP.
  Mode mode(bool stdio) const {
    if (!stdio) return Mode::in_band;
    return is_jwt ? Mode::stdio_jwt : Mode::stdio_argument;
  }
};

/// The credential that the tools take as an argument, by the names that such arguments have, or by
/// being marked as a password. `tools` is the result of tools/list. Nothing where no tool that
/// could be called takes one: then the mode is `none`, or over stdio perhaps `stdio-env`, which
/// only shows when the server is started without its credential.
std::optional<ArgumentHint> argument_hint(const std::string& tools);

}  // namespace check

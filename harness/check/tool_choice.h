#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/mcp/protocol.h"

namespace check {

/// A tool call that is likely to succeed and to do no harm, made up from what the server says of
/// its tools: one that has `credential` among its arguments, where any has; read-only rather than
/// destructive; with few arguments to make up. `tools` is the result of tools/list. Nothing where
/// no tool can be called without knowing more.
std::optional<mcp::Operation> choose_call(const std::string& tools, std::string_view credential);

/// The tool that hands out tokens to its callers, by its role or its name: the name and arguments
/// that ask for one; nothing if there is none.
std::optional<mcp::Operation> minting_call(const std::string& tools, std::string_view credential);

/// The schema of that argument of a tool, JSON text; empty if the tool has no such argument.
std::string argument_schema(const std::string& tools, std::string_view tool,
                            std::string_view argument);

}  // namespace check

#pragma once

#include <string>

#include "harness/mcp/protocol.h"

namespace check {

/// How much of what valid credentials get for the same request is in an answer.
enum class Share { all, part, none };

struct Comparison {
  Share share = Share::all;
  std::string difference;  ///< "an empty list of tools"; empty where all is there
};

/// Compares two results; `control` is the answer to the same operation with valid credentials.
Comparison compare(const mcp::Answer& answer, const mcp::Answer& control);

/// Makes a result that has nothing of the control's a `denied` answer: servers that report success
/// reject by a tool error, an empty list, or a text that asks the user to log in.
void mark_denial(mcp::Answer& answer, const mcp::Answer& control);

/// Whether the server did what the request asks for, as it does for valid credentials.
bool was_served(const mcp::Answer& answer, const mcp::Answer& control);

/// Whether a tool's text reads like a rejection where the control's does not.
bool sounds_like_refusal(const mcp::Answer& answer, const mcp::Answer& control);

/// A tool's result without what a revision or the transport adds; JSON text.
std::string yield_of(const mcp::Answer& answer);

}  // namespace check

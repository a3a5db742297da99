#pragma once

#include "harness/check/finding.h"
#include "harness/mcp/protocol.h"

namespace check {

/// Whether the tool did what it was asked for: a result that is no error.
bool was_run(const mcp::Answer& answer);

/// Whether a tool call with a bad credential was refused, where neither HTTP nor anything else
/// but the answer itself says so: by `isError: true`, by a JSON-RPC error, or by a result that is
/// not what the control got. `before` and `after` are the answers to the control around it. Of
/// what the control got nothing may be in a refusal.
Finding judge_call(const mcp::Answer& answer, const mcp::Answer& before, const mcp::Answer& after);

/// Whether a refusal is marked as an error. Tools that answer "Authentication failed" as if it
/// were their result leave it to the reader to notice.
bool is_marked(const mcp::Answer& refusal);

}  // namespace check

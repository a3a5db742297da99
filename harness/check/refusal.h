#pragma once

#include "harness/check/finding.h"
#include "harness/check/probe.h"
#include "harness/mcp/protocol.h"

namespace check {

/// Whether an answer to a credential that had to be refused is the refusal that the specification
/// asks for: accepted, misrefused and refused are told apart (the catalogue's "How to read a
/// row").
Finding judge_refusal(const mcp::Answer& answer, const Refusal& refusal);

}  // namespace check

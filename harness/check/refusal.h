#pragma once

#include "harness/check/finding.h"
#include "harness/check/probe.h"
#include "harness/mcp/protocol.h"

namespace check {

/// What else is known when an answer is checked.
struct Circumstances {
  mcp::Answer control;  ///< to the same operation with valid credentials; kind `none`: not known
  /// A valid token that lacks its scope gets the same 403.
  bool like_a_missing_scope = false;
};

/// Whether an answer to a credential that had to be refused is the refusal that the specification
/// asks for: accepted, misrefused and refused are told apart (the catalogue's "How to read a
/// row"). Only what the control got as well was accepted.
Finding judge_refusal(const mcp::Answer& answer, const Refusal& refusal,
                      const Circumstances& known);

}  // namespace check

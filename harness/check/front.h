#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "harness/mcp/protocol.h"

namespace check {

class Probe;
struct Attempt;

/// What the run knows of a firewall or proxy in front of the server that answers for it: pages that
/// valid credentials get as well once a request holds what looks like an attack. Thread-safe.
class Front {
 public:
  /// Whether that page was shown to be none of the server's.
  bool knows(const mcp::Answer& answer) const;
  void remember(const mcp::Answer& answer);
  /// A case that this page left without an answer of the server.
  void note_blocked(const std::string& case_id);
  std::size_t blocked() const;
  std::string example() const;  ///< the summary of one page; empty: none is known

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> pages_;
  std::string example_;
  std::vector<std::string> blocked_;
};

/// Why an answer is not the server's own, in a sentence; empty: it is, or nothing shows that it is
/// not. An answer counts as one of something in front if it is an HTML page unlike the server's
/// own rejections, and valid credentials get the same page: with the same edits, or with the same
/// characters where the server ignores them.
std::string answered_in_front(Probe& probe, const Attempt& attempt, const mcp::Answer& answer);
/// The same for an attempt whose credentials are valid: the page alone shows it.
std::string valid_answered_in_front(Probe& probe, const mcp::Answer& answer);

/// Sends valid credentials with texts that firewalls look for, where the server ignores them, once
/// per run; the page that comes instead of the server's answer, or an answer of kind `none`.
const mcp::Answer& look_for_front(Probe& probe);

}  // namespace check

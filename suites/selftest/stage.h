#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "harness/check/case.h"
#include "harness/check/finding.h"
#include "harness/mcp/protocol.h"

namespace selftest {

/// One reference server to judge: how it is talked to, and what is wrong with it.
struct Stage {
  check::Mode mode = check::Mode::oauth;
  mcp::Revision revision = mcp::kNewest;
  std::string setting;  ///< see setting.h; empty: none
  std::string fault;    ///< empty: the strict server

  /// Whether it differs from the other one by the fault at most.
  bool same_server(const Stage& other) const {
    return mode == other.mode && revision == other.revision && setting == other.setting;
  }
};

/// What one case said on a stage.
struct Cell {
  std::string case_id;
  check::Verdict verdict = check::Verdict::error;
  std::string actual;
  std::string reason;
  bool red() const { return verdict == check::Verdict::fail || verdict == check::Verdict::warn; }
};

struct StageResult {
  Stage stage;
  std::string problem;  ///< why nothing was judged: the set-up's sentence; else empty
  std::vector<Cell> cells;
  const Cell* find(std::string_view case_id) const;
};

/// Whether the case can be judged on that stage at all.
bool applies(const check::Case& subject, const Stage& stage);

/// Whether the case floods, waits, starts servers or rearranges what others rely on: it is judged
/// where it belongs, and not on every server that comes along.
bool is_dear(const check::Case& subject);

/// The stages of the strict server: each mode at each revision, the newest first, and each setting
/// of these modes at the newest.
std::vector<Stage> strict_stages(const check::Modes& modes);

/// Starts providers and a reference server in this process, on one clock that waits move, and runs
/// the cases against it. The error is one of ours: a server that does not start.
base::Result<StageResult> run_stage(const Stage& stage, const std::vector<check::Case>& cases);

}  // namespace selftest

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "suites/selftest/plan.h"

namespace selftest {
namespace {

constexpr mcp::Revision kNewestFirst[] = {mcp::Revision::r2026_07_28, mcp::Revision::r2025_11_25,
                                          mcp::Revision::r2025_06_18, mcp::Revision::r2025_03_26};

bool names(const check::Case& subject, const std::string& fault) {
  return std::find(subject.faults.begin(), subject.faults.end(), fault) != subject.faults.end();
}

/// Everything cheap, and whatever names the fault.
std::vector<check::Case> cases_for(const Plan& plan, const std::string& fault) {
  std::vector<check::Case> cases;
  for (const auto& subject : plan.cases) {
    if (!subject.needs.waits || names(subject, fault)) cases.push_back(subject);
  }
  return cases;
}

/// Runs tasks by number on several threads until all are done or one has failed.
base::Result<void> side_by_side(unsigned jobs, std::size_t count,
                                const std::function<base::Result<void>(std::size_t)>& task) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<base::Error> error;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(1U, jobs); ++i) {
    threads.emplace_back([&] {
      for (std::size_t index = next++; index < count; index = next++) {
        if (auto done = task(index); !done) {
          const std::lock_guard lock(mutex);
          error = done.error();
          next = count;
        }
      }
    });
  }
  threads.clear();
  if (error) return tl::unexpected(*error);
  return {};
}

/// Runs a fault's server revision by revision, the newest first, until every case that names the
/// fault has turned red or there is no revision left.
base::Result<std::vector<StageResult>> run_fault(const Plan& plan, const std::string& fault,
                                                 const std::vector<StageResult>& strict) {
  const auto cases = cases_for(plan, fault);
  std::vector<check::Case> open;
  for (const auto& subject : cases) {
    if (names(subject, fault)) open.push_back(subject);
  }
  const bool unnamed = open.empty();
  std::vector<StageResult> results;
  for (const auto mode : plan.modes) {
    for (const auto revision : kNewestFirst) {
      const bool useful = std::any_of(open.begin(), open.end(), [&](const check::Case& subject) {
        return applies(subject, mode, revision);
      });
      if (!useful && !(unnamed && mode == check::Mode::oauth)) continue;
      auto result = run_stage({mode, revision, fault}, cases);
      if (!result) return tl::unexpected(result.error());
      const auto plain =
          std::find_if(strict.begin(), strict.end(), [&](const StageResult& candidate) {
            return candidate.stage.mode == mode && candidate.stage.revision == revision;
          });
      open.erase(std::remove_if(
                     open.begin(), open.end(),
                     [&](const check::Case& subject) { return turned(subject, *plain, *result); }),
                 open.end());
      results.push_back(std::move(*result));
    }
  }
  return results;
}

}  // namespace

base::Result<Matrix> carry_out(const Plan& plan, const Progress& progress) {
  std::vector<Stage> stages;
  for (const auto mode : plan.modes) {
    for (const auto revision : kNewestFirst) stages.push_back({mode, revision, ""});
  }
  const std::size_t all = stages.size() + plan.faults.size();
  std::mutex mutex;
  std::size_t done = 0;
  const auto tell = [&](const std::string& what) {
    if (progress) progress(++done, all, what);
  };

  std::vector<StageResult> strict(stages.size());
  const auto run_strict = [&](std::size_t index) -> base::Result<void> {
    auto result = run_stage(stages[index], plan.cases);
    if (!result) return tl::unexpected(result.error());
    if (!result->problem.empty()) {
      return base::fail(fmt::format("the strict server cannot be tested at {}: {}",
                                    mcp::to_string(stages[index].revision), result->problem));
    }
    const std::lock_guard lock(mutex);
    strict[index] = std::move(*result);
    tell("the strict server");
    return {};
  };
  if (auto ran = side_by_side(plan.jobs, stages.size(), run_strict); !ran) {
    return tl::unexpected(ran.error());
  }

  std::vector<StageResult> faulty;
  const auto run_one = [&](std::size_t index) -> base::Result<void> {
    auto results = run_fault(plan, plan.faults[index].id, strict);
    if (!results) return tl::unexpected(results.error());
    const std::lock_guard lock(mutex);
    for (auto& result : *results) faulty.push_back(std::move(result));
    tell(plan.faults[index].id);
    return {};
  };
  if (auto ran = side_by_side(plan.jobs, plan.faults.size(), run_one); !ran) {
    return tl::unexpected(ran.error());
  }
  return draw_up(plan.cases, plan.faults, strict, faulty);
}

}  // namespace selftest

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "common/base/text.h"
#include "suites/selftest/plan.h"

namespace selftest {
namespace {

bool names(const check::Case& subject, const std::string& fault) {
  return std::find(subject.faults.begin(), subject.faults.end(), fault) != subject.faults.end();
}

/// What names the fault; if `wide`, also what is not dear: it may find more than it says.
std::vector<check::Case> cases_for(const Plan& plan, const std::string& fault, bool wide) {
  std::vector<check::Case> cases;
  for (const auto& subject : plan.cases) {
    if (names(subject, fault) || (wide && !is_dear(subject))) cases.push_back(subject);
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

/// Runs a fault's server stage by stage, as the strict server's are, until every case that names
/// the fault has turned red or there is no stage left.
base::Result<std::vector<StageResult>> run_fault(const Plan& plan, const Fault& planted,
                                                 const std::vector<StageResult>& strict) {
  const std::string& fault = planted.id;
  std::vector<check::Case> open = cases_for(plan, fault, /*wide=*/false);
  // A fault that no case names may be found by one that does not know it.
  bool unnamed = open.empty();
  const bool wide = plan.wide || unnamed;
  const auto all = cases_for(plan, fault, wide);
  std::vector<StageResult> results;
  for (const StageResult& plain : strict) {
    Stage stage = plain.stage;
    if (!check::modes::contains(planted.modes, stage.mode)) continue;
    const bool useful = std::any_of(open.begin(), open.end(), [&](const check::Case& subject) {
      return applies(subject, stage);
    });
    if (!useful && !std::exchange(unnamed, false)) continue;
    stage.fault = fault;
    auto result = run_stage(stage, wide ? all : open);
    if (!result) return tl::unexpected(result.error());
    open.erase(
        std::remove_if(open.begin(), open.end(),
                       [&](const check::Case& subject) { return turned(subject, plain, *result); }),
        open.end());
    results.push_back(std::move(*result));
  }
  return results;
}

}  // namespace

base::Result<Matrix> carry_out(const Plan& plan, const Progress& progress) {
  const std::vector<Stage> stages = strict_stages(plan.modes);
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
      return base::fail(fmt::format("the strict server cannot be tested in mode {} {} at {}: {}",
                                    check::to_string(stages[index].mode), stages[index].setting,
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
    auto results = run_fault(plan, plan.faults[index], strict);
    if (!results) return tl::unexpected(results.error());
    const std::lock_guard lock(mutex);
    for (auto& result : *results) faulty.push_back(std::move(result));
    tell(plan.faults[index].id);
    return {};
  };
  if (auto ran = side_by_side(plan.jobs, plan.faults.size(), run_one); !ran) {
    return tl::unexpected(ran.error());
  }
  Matrix matrix = draw_up(plan.cases, plan.faults, strict, faulty);
  matrix.shown_otherwise = plan.shown_otherwise;
  matrix.wide = plan.wide;
  return matrix;
}

}  // namespace selftest

#include "harness/run/runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "harness/check/probe.h"
#include "harness/run/lookout.h"
#include "harness/run/redact.h"

namespace run {
namespace {

using std::chrono::milliseconds;

/// A case that takes longer is not decided: the server trickles, or the case runs wild.
constexpr milliseconds kCaseLimit{60'000};
/// The same for cases that wait on purpose; ...
constexpr milliseconds kWaitingCaseLimit{300'000};
/// ... those that wait for what is cached do so twice, but not for longer than this each time.
constexpr milliseconds kLongestCacheWait{600'000};
constexpr std::size_t kMaxWaiters = 48;
/// Of a case whose finding may be due to a stray failure.
constexpr int kMostReruns = 2;
constexpr milliseconds kQuickEnough{15'000};
/// Servers at a time beside the one that is judged: some need hundreds of megabytes.
constexpr std::size_t kMostServers = 8;

/// In which part of the run a case has its place.
enum class Phase { parallel, waiting, on_own_server, alone, last };

class Runner {
 public:
  Runner(const StopReason& stop_reason, check::Context& context,
         const std::vector<check::Case>& cases, base::Deadline deadline, const Listener& listener,
         check::RunResult& result)
      : stop_reason_(stop_reason),
        context_(context),
        cases_(cases),
        deadline_(deadline),
        listener_(listener),
        result_(result),
        done_(cases.size()) {}

  void run(unsigned jobs) {
    result_.planned = cases_.size();
    context_.on_wait = [this](std::string_view reason, milliseconds span) {
      const std::lock_guard lock(mutex_);
      if (listener_.on_wait) listener_.on_wait(reason, span);
    };
    {
      const Lookout lookout([this] {
        context_.steadiness().tick(wire::now_us());
        return look_for_stop();
      });
      const std::vector<std::size_t> waiting = plan(Phase::waiting);
      const std::vector<std::size_t> on_own_server = plan(Phase::on_own_server);
      const std::vector<std::size_t> parallel = plan(Phase::parallel);
      const std::size_t workers =
          jobs != 0 ? jobs : std::max(1U, std::thread::hardware_concurrency());
      // Waiting cases begin first and wait side by side, while the others do their work.
      std::vector<std::thread> threads;
      start(threads, waiting, next_waiting_, std::min(waiting.size(), kMaxWaiters));
      const std::size_t servers = jobs == 1 ? 1 : kMostServers;
      start(threads, on_own_server, next_on_own_server_, std::min(on_own_server.size(), servers));
      start(threads, parallel, next_parallel_, std::min(parallel.size(), workers));
      for (std::thread& thread : threads) thread.join();
      for (const std::size_t index : plan(Phase::alone)) run_one(index);
      for (const std::size_t index : plan(Phase::last)) run_one(index);
    }
    context_.on_wait = nullptr;
    for (std::size_t i = 0; i < done_.size(); ++i) {
      // Nothing that was planned may get lost, whatever happened to its thread.
      if (!done_[i]) finish(i, outcome_without_running(i, check::Finding::failed("never ran")));
      result_.cases.push_back(std::move(*done_[i]));
    }
  }

 private:
  Phase phase_of(const check::Case& subject) const {
    if (subject.needs.last) return Phase::last;
    if (subject.needs.own_server && context_.options().start_instance) return Phase::on_own_server;
    if (subject.needs.alone || subject.needs.own_server) return Phase::alone;
    // With a shared clock a wait moves everybody's time.
    if (subject.needs.waits) {
      return context_.options().shared_clock != nullptr ? Phase::alone : Phase::waiting;
    }
    return Phase::parallel;
  }

  std::vector<std::size_t> plan(Phase phase) const {
    std::vector<std::size_t> indexes;
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (phase_of(cases_[i]) == phase) indexes.push_back(i);
    }
    return indexes;
  }

  void start(std::vector<std::thread>& threads, const std::vector<std::size_t>& indexes,
             std::atomic<std::size_t>& next, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto work = [this, &indexes, &next] {
        for (std::size_t at = next++; at < indexes.size(); at = next++) run_one(indexes[at]);
      };
      try {
        threads.emplace_back(work);
      } catch (const std::system_error&) {
        return work();  // no thread to be had: what is left is done here
      }
    }
  }

  bool look_for_stop() {
    std::optional<std::string> reason = stop_reason_ ? stop_reason_() : std::nullopt;
    if (!reason && deadline_.passed()) reason = "the run's deadline passed";
    if (!reason && context_.cancelled()) reason = "the run was ended";
    if (!reason) return false;
    {
      const std::lock_guard lock(mutex_);
      if (!stopped_) stopped_ = std::move(reason);
    }
    context_.cancel();
    return true;
  }

  std::optional<std::string> stopped() {
    look_for_stop();
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

  /// A case that only looks back can do so as well after the server has ended.
  std::optional<std::string> stopped_for(const check::Case& subject) {
    if (subject.needs.last && !stop_requested() && !deadline_.passed()) return std::nullopt;
    return stopped();
  }

  /// Nothing else ran, and nobody stopped the run: what the server died of is this case.
  bool ended_by(const check::Case& subject, const check::Finding& finding) const {
    return phase_of(subject) == Phase::alone && finding.kind == check::Finding::Kind::broken &&
           !stop_requested() && !deadline_.passed();
  }

  check::Context& view_for(const check::Case& subject) const {
    return context_.view_for(subject.needs);
  }

  check::CaseResult result_of(const check::Case& subject, check::Finding finding) const {
    const check::Context& view = view_for(subject);
    check::CaseResult one = without_running(subject, view.target().revision(), std::move(finding));
    if (&view != &context_) one.revision = view.target().revision();
    return one;
  }

  check::CaseResult outcome_without_running(std::size_t index, check::Finding finding) const {
    return result_of(cases_[index], std::move(finding));
  }

  void run_one(std::size_t index) {
    const check::Case& subject = cases_[index];
    if (auto reason = skip_reason(view_for(subject), subject)) {
      return finish(index, outcome_without_running(index, check::Finding::skipped(*reason)));
    }
    if (auto reason = stopped_for(subject)) {
      return finish(index, outcome_without_running(index, check::Finding::undecided(*reason)));
    }
    if (subject.needs.issuer && !context_.refuses_something()) {
      return finish(index, outcome_without_running(
                               index, check::Finding::undecided(
                                          "the server accepts requests without credentials and "
                                          "with a garbage token: there is nothing to judge")));
    }
    {
      const std::lock_guard lock(mutex_);
      if (listener_.on_start) listener_.on_start(subject);
    }
    finish(index, run_body(subject));
  }

  static check::Finding body_of(const check::Case& subject, check::Probe& probe) {
    try {
      return subject.run ? subject.run(probe) : check::Finding::failed("the case has no body");
    } catch (const std::exception& error) {
      return check::Finding::failed(fmt::format("the case threw: {}", error.what()));
    } catch (...) {
      return check::Finding::failed("the case threw something");
    }
  }

  /// Whether a case is run once more, with new credentials and connections, because a failure that
  /// may be stray was among what it saw. Not where it provokes failures, nor where it takes long.
  bool may_rerun(const check::Case& subject, const check::Finding& finding,
                 std::chrono::steady_clock::time_point began) {
    const check::Needs& needs = subject.needs;
    const bool decided = finding.kind != check::Finding::Kind::broken &&
                         finding.kind != check::Finding::Kind::undecided;
    const bool provokes = needs.own_server || needs.loud || needs.waits;
    const bool quick = std::chrono::steady_clock::now() - began < kQuickEnough;
    return !decided && !provokes && quick && !stopped_for(subject);
  }

  check::CaseResult run_body(const check::Case& subject) {
    // What changes shared state has to wait where a server takes its time to notice.
    const bool may_wait = subject.needs.waits || subject.needs.alone || subject.needs.own_server;
    const milliseconds cached =
        context_.target().profile.key_cache_ttl.value_or(std::chrono::seconds{0});
    const milliseconds limit =
        may_wait ? kWaitingCaseLimit + 2 * std::min(cached, kLongestCacheWait) : kCaseLimit;
    const auto began = std::chrono::steady_clock::now();
    const auto case_deadline = base::Deadline::earlier(base::Deadline::after(limit), deadline_);
    check::Context& view = view_for(subject);
    check::Finding finding;
    std::optional<check::Probe> one_run;
    std::optional<wire::Connection> connection;
    std::optional<wire::Exchange> trouble;
    for (int rerun = 0;; ++rerun) {
      one_run.reset();
      connection.emplace(view.connect());
      one_run.emplace(view, subject, *connection, case_deadline);
      finding = body_of(subject, *one_run);
      if (trouble && finding.ok()) context_.steadiness().note_stray(*trouble);
      if (one_run->trouble() == nullptr || rerun == kMostReruns) break;
      if (!may_rerun(subject, finding, began)) break;
      trouble = *one_run->trouble();
    }
    const check::Probe& probe = *one_run;
    if (probe.wanted_issuer()) finding = check::Finding::skipped(std::string(check::kNoIssuer));
    if (!finding.ok()) {
      // What fails because its requests were cut short says nothing about the server.
      if (auto reason = stopped_for(subject)) {
        if (ended_by(subject, finding)) {
          finding.reason = *reason;
        } else {
          finding = check::Finding::undecided(*reason);
        }
      } else if (probe.limit().passed()) {
        finding = check::Finding::undecided(
            fmt::format("took longer than the {} s that a case may take", limit.count() / 1000));
      }
    }
    check::CaseResult one = result_of(subject, std::move(finding));
    one.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - began);
    one.exchanges = probe.exchanges();
    one.repro = probe.repro();
    return one;
  }

  void finish(std::size_t index, check::CaseResult one) {
    redact(one, context_.redactor());
    const std::lock_guard lock(mutex_);
    if (listener_.on_result) listener_.on_result(one);
    done_[index] = std::move(one);
  }

  const StopReason& stop_reason_;
  check::Context& context_;
  const std::vector<check::Case>& cases_;
  const base::Deadline deadline_;
  const Listener& listener_;
  check::RunResult& result_;
  std::mutex mutex_;
  std::vector<std::optional<check::CaseResult>> done_;
  std::optional<std::string> stopped_;
  std::atomic<std::size_t> next_waiting_{0};
  std::atomic<std::size_t> next_on_own_server_{0};
  std::atomic<std::size_t> next_parallel_{0};
};

}  // namespace

void run_cases_until(const StopReason& stop_reason, check::Context& context,
                     const std::vector<check::Case>& cases, unsigned jobs, base::Deadline deadline,
                     const Listener& listener, check::RunResult& result) {
  Runner(stop_reason, context, cases, deadline, listener, result).run(jobs);
}

void run_cases(check::Context& context, const std::vector<check::Case>& cases, unsigned jobs,
               base::Deadline deadline, const Listener& listener, check::RunResult& result) {
  run_cases_until({}, context, cases, jobs, deadline, listener, result);
}

}  // namespace run

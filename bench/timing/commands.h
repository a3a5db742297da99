#pragma once

#include <cstdint>
#include <string>

namespace bench {

/// What the command line asks for.
struct Options {
  std::string program;  ///< mcp-authspec, for what needs a server
  int gates = 200;
  bool busy = false;            ///< while every processor has something else to do
  std::string faults;           ///< flags of `serve`
  bool against_secret = false;  ///< not two classes of decoys, but keys like the secret and decoys
  std::uint64_t seed = 1;
};

// Each gives an exit code: 1 where it saw what must not be.

/// Gates on simulated servers: false positives and power, as tables of docs/timing.md.
int simulate(const Options& options);
/// Gates on a server in a process of its own; counts of the verdicts.
int live(const Options& options);
/// The A/A control over and over: its p values have to be spread evenly.
int controls(const Options& options);
/// Response times of such a server, one pair a line, for harness/timing/recorded.
int record(const Options& options);
/// The comparison of the reference server, called in this process, beside ones that leak.
int in_process(const Options& options);

}  // namespace bench

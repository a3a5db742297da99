#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/socket.h"

namespace wire {

/// Both ends of a pipe, close-on-exec.
struct Pipe {
  base::Descriptor read;
  base::Descriptor write;
};
base::Result<Pipe> make_pipe();

/// What a process begins with.
struct Launch {
  std::string command;                             ///< of /bin/sh
  std::map<std::string, std::string> environment;  ///< over our own
  std::vector<std::string> without;                ///< variables of ours that it does not get
  int input = -1;                                  ///< its standard input; -1: nothing to read
  int output = -1;                                 ///< its standard output
  int errors = -1;                                 ///< its standard error
};

/// A process that runs, as leader of a process group of its own.
struct Launched {
  pid_t group = -1;
  pid_t guardian = -1;  ///< ends the group when we die without having done so
  std::string cookie;   ///< NAME=value that everything has in its environment that descends from it
  base::Descriptor lifeline;  ///< the guardian sees it close when we die
};

/// Starts it without blocking; the error is the system's reason.
base::Result<Launched> launch(const Launch& what);
/// Ends the guardian, which has nothing left to guard.
void release_guardian(Launched& launched);

/// The processes that carry the cookie, also those that left the group.
std::vector<pid_t> marked_processes(const std::string& cookie);
/// Processor time that a process has used, in clock ticks; 0 where it is gone (proc(5)).
double processor_ticks(pid_t pid);

}  // namespace wire

#pragma once

#include <string>
#include <vector>

#include "harness/check/probe.h"

namespace suites::isolation {

/// A page that the target serves without credentials.
struct Page {
  std::string path;
  wire::Exchange exchange;
};

/// The usual open pages of servers, the health path that is declared, and what the root page leads
/// to; those that the target has. Fetched without credentials.
std::vector<Page> open_pages(check::Probe& probe);

/// The paths of the same server that a page names, by link or as text: at most ten, none that
/// sounds as if it changed something.
std::vector<std::string> paths_in(const std::string& body);

}  // namespace suites::isolation

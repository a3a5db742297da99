#pragma once

#include <string>
#include <vector>

#include "suites/surface/way.h"

namespace suites::surface {

/// A case about ways into the server that anyone can try. What they have in common is filled in.
struct Row {
  std::string id;
  std::string title;
  std::string sends;
  MakeWays ways;
  std::vector<std::string> faults;
  check::Needs needs = {};
  check::Body body = {};  ///< instead of `ways`
};
std::vector<check::Case> cases_on_ways(std::vector<Row> rows);

}  // namespace suites::surface

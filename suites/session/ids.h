#pragma once

#include <string>
#include <vector>

namespace suites::session {

/// What a sample of session ids shows.
struct IdFacts {
  std::size_t count = 0;
  std::size_t different = 0;
  double bits = 0;          ///< at most: what the symbols seen at each place allow for
  bool sequential = false;  ///< each is a number a little larger than the one before
  bool visible = true;      ///< only visible ASCII, 0x21 to 0x7E
};

/// `ids` in the order in which they were given out. A test of a sample finds ids that are too
/// short or follow from each other, never that they are random: a hash of a counter looks as good.
IdFacts look_at_ids(const std::vector<std::string>& ids);

}  // namespace suites::session

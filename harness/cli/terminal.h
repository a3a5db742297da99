#pragma once

namespace cli {

/// What standard output or error (1 or 2) can show.
struct Terminal {
  bool interactive = false;  ///< a person's terminal that can move the cursor
  bool colour = false;       ///< interactive, and NO_COLOR is not set
  unsigned width = 100;      ///< its columns, within reason; 100 where it is none
};

Terminal terminal_of(int descriptor);

}  // namespace cli

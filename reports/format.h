#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/check/decision.h"
#include "harness/check/result.h"

namespace reports {

/// What a writer may know beside the result.
struct Options {
  check::Decision decision = {};
  bool colour = false;     ///< escape sequences for colours and weight
  bool quiet = false;      ///< console: the closing line alone
  bool exchanges = false;  ///< console: what was sent and answered, in full
  unsigned width = 100;    ///< columns of the console
  std::string nonce;       ///< html: unguessable, names the page's own script to the browser
};

/// A form in which a result can be written; `write` gives all of its bytes.
struct Format {
  std::string_view name;
  std::string_view summary;
  std::string (*write)(const check::RunResult& result, const Options& options);
};

const std::vector<Format>& formats();
/// Null where there is no format of that name.
const Format* find_format(std::string_view name);

}  // namespace reports

#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace base {

/// Why something could not be done: one clear line for a person, without a final full stop.
struct Error {
  std::string message;
};

/// A value, or the reason why there is none. Exceptions do not cross a folder; this does.
template <typename T>
using Result = tl::expected<T, Error>;

/// The failed half of a Result: `return base::fail("no such key");`
inline tl::unexpected<Error> fail(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}

}  // namespace base

#pragma once

#include <string>

#include "harness/wire/exchange.h"

namespace check {

/// A shell line that sends the same request again: curl, or for requests that curl cannot write
/// (raw bytes, control characters in a header) printf and nc. Empty for a request that is too
/// large to be pasted.
std::string curl_line(const wire::Exchange& exchange);

}  // namespace check

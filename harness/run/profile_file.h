#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "harness/check/profile.h"

namespace run {

/// Reads a profile: JSON, comments allowed, as `fixtures/profiles/profile.schema.json` describes
/// it. The error names the file and, by JSON pointer, the place: "profile.json:
/// /scoped/scopes/0: expected a string".
base::Result<check::Profile> read_profile(const std::string& path);
/// The same for text; the error lacks the file.
base::Result<check::Profile> parse_profile(std::string_view text);

/// The members that the parser knows, by the object that they belong to: "" is the profile itself,
/// else "tool" or "operation". For the test that the schema knows the same.
std::vector<std::string> known_members(std::string_view object);

}  // namespace run

#include "harness/run/placeholders.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "common/base/text.h"

namespace run {
namespace {

constexpr std::array<std::string_view, 12> kNames = {
    "port",          "url",   "issuer",  "jwks_uri",          "audience",        "client_id",
    "client_secret", "token", "api_key", "introspection_url", "public_key_file", "upstream_url"};

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

/// Walks the text: `plain` gets what lies between placeholders, `named` each placeholder's name;
/// `named` gives false to stop.
void walk(std::string_view text, const std::function<void(std::string_view)>& plain,
          const std::function<bool(std::string_view)>& named) {
  for (;;) {
    const std::size_t open = text.find("{{");
    const std::size_t close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) return plain(text);
    const std::string_view name = base::trim(text.substr(open + 2, close - open - 2));
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_char)) {
      plain(text.substr(0, open + 1));
      text.remove_prefix(open + 1);
      continue;
    }
    plain(text.substr(0, open));
    if (!named(name)) return;
    text.remove_prefix(close + 2);
  }
}

}  // namespace

Values no_values() {
  Values values;
  for (const std::string_view name : kNames) values.emplace(name, std::nullopt);
  return values;
}

base::Result<std::string> fill(std::string_view text, const Values& values) {
  std::string result;
  std::string error;
  walk(
      text, [&](std::string_view plain) { result += plain; },
      [&](std::string_view name) {
        const auto found = values.find(std::string(name));
        if (found == values.end()) {
          std::vector<std::string> known;
          for (const auto& [one, value] : values) known.push_back(one);
          error = fmt::format("unknown placeholder {{{{{}}}}}; known are {}", name,
                              base::join(known, ", "));
        } else if (!found->second) {
          error = fmt::format("the placeholder {{{{{}}}}} has no value in this mode", name);
        } else {
          result += *found->second;
        }
        return error.empty();
      });
  if (!error.empty()) return base::fail(std::move(error));
  return result;
}

bool uses(std::string_view text, std::string_view name) {
  bool found = false;
  walk(
      text, [](std::string_view) {},
      [&](std::string_view one) {
        found = found || one == name;
        return true;
      });
  return found;
}

}  // namespace run

#include "common/base/headers.h"

#include <algorithm>

#include "common/base/text.h"

namespace base {

const std::string* find_header(const Headers& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (equal_ignoring_case(header.name, name)) return &header.value;
  }
  return nullptr;
}

std::vector<std::string> all_headers(const Headers& headers, std::string_view name) {
  std::vector<std::string> values;
  for (const Header& header : headers) {
    if (equal_ignoring_case(header.name, name)) values.push_back(header.value);
  }
  return values;
}

void set_header(Headers& headers, std::string_view name, std::string_view value) {
  const auto named = [&](const Header& header) { return equal_ignoring_case(header.name, name); };
  const auto first = std::find_if(headers.begin(), headers.end(), named);
  if (first == headers.end()) {
    headers.push_back({std::string(name), std::string(value)});
    return;
  }
  first->value = value;
  headers.erase(std::remove_if(first + 1, headers.end(), named), headers.end());
}

void remove_header(Headers& headers, std::string_view name) {
  std::erase_if(headers,
                [&](const Header& header) { return equal_ignoring_case(header.name, name); });
}

bool is_field_name(std::string_view text) {
  constexpr std::string_view kDelimiters = "\"(),/:;<=>?@[\\]{}";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return c > ' ' && c <= '~' && kDelimiters.find(c) == std::string_view::npos;
  });
}

}  // namespace base

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

/// One HTTP header field line as it is on the wire: no decoding, no folding, case kept.
struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};

/// Field lines in the order of the wire, duplicates kept.
using Headers = std::vector<Header>;

/// The first field of that name, whatever its case; null if there is none.
const std::string* find_header(const Headers& headers, std::string_view name);
/// Every field of that name, in order.
std::vector<std::string> all_headers(const Headers& headers, std::string_view name);
/// Replaces all fields of that name by one, at the place of the first.
void set_header(Headers& headers, std::string_view name, std::string_view value);
void remove_header(Headers& headers, std::string_view name);

/// Whether a text can be the name of a field: a token of RFC 9110, section 5.6.2.
bool is_field_name(std::string_view text);

}  // namespace base

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"

namespace base {

/// An absolute http or https URL, taken apart (RFC 3986).
struct Url {
  std::string scheme;  ///< "http" or "https", lower case
  std::string host;    ///< lower case; an IPv6 literal without its brackets
  std::uint16_t port = 0;
  bool default_port = false;  ///< the port is the scheme's own or was not written
  std::string path;           ///< as written; "/" where it was empty
  std::string query;          ///< without the question mark
  bool has_query = false;
  std::string fragment;
  bool has_fragment = false;
  bool has_userinfo = false;

  /// "http://host:port", the port only where it is not the scheme's own.
  std::string origin() const;
  /// What goes into the Host header.
  std::string authority() const;
  /// The request target: path and query.
  std::string target() const;
  bool is_loopback() const;
};

/// Parses an absolute http(s) URL; the error says what is wrong with it.
Result<Url> parse_url(std::string_view text);

/// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3).
std::string percent_encode(std::string_view text);
/// The inverse; malformed escapes give nothing. With `plus_is_space` as HTML forms have it.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// Name and value pairs of a query or form, in order, duplicates kept. Malformed escapes are
/// taken as they are written.
using FormFields = std::vector<std::pair<std::string, std::string>>;
FormFields parse_form(std::string_view text);
/// The first value of that name; empty if there is none.
std::string form_value(const FormFields& fields, std::string_view name);
std::string encode_form(const FormFields& fields);

}  // namespace base

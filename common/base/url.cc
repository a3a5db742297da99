#include "common/base/url.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "common/base/text.h"

namespace base {
namespace {

std::uint16_t default_port_of(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == default_port_of(scheme) ? name : fmt::format("{}:{}", name, port);
}

std::string Url::origin() const { return scheme + "://" + authority(); }

std::string Url::target() const { return has_query ? path + "?" + query : path; }

bool Url::is_loopback() const {
  // A name such as 127.0.0.1.example is anybody's.
  const bool address = host.find_first_not_of("0123456789.") == std::string::npos;
  return host == "localhost" || host == "::1" || (address && host.rfind("127.", 0) == 0);
}

namespace {

Result<Url> read_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) return fail(fmt::format("'{}' is not an absolute URL", text));
  const boost::urls::url_view& view = *parsed;
  const auto own = [](auto part) { return std::string(part.data(), part.size()); };
  Url url;
  url.scheme = to_lower(own(view.scheme()));
  if (url.scheme != "http" && url.scheme != "https") {
    return fail(fmt::format("'{}' is not an http or https URL", text));
  }
  url.host =
      to_lower(view.host_type() == boost::urls::host_type::ipv6 ? own(view.encoded_host_address())
                                                                : own(view.encoded_host()));
  if (url.host.empty()) return fail(fmt::format("'{}' names no host", text));
  url.port = default_port_of(url.scheme);
  if (const std::string digits = own(view.port()); !digits.empty()) {
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc{} || *end != '\0' || url.port == 0) {
      return fail(fmt::format("'{}' has no valid port", text));
    }
  }
  url.default_port = url.port == default_port_of(url.scheme);
  url.path = own(view.encoded_path());
  if (url.path.empty()) url.path = "/";
  url.has_query = view.has_query();
  url.query = own(view.encoded_query());
  url.has_fragment = view.has_fragment();
  url.fragment = own(view.encoded_fragment());
  url.has_userinfo = view.has_userinfo();
  return url;
}

/// Where the host begins in the text of a URL.
std::size_t host_begin(std::string_view text) {
  const std::size_t begin = text.find("://") + 3;
  const std::string_view authority =
      text.substr(begin, std::min(text.find_first_of("/?#", begin), text.size()) - begin);
  const std::size_t at = authority.rfind('@');
  return at == std::string_view::npos ? begin : begin + at + 1;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  auto url = read_url(text);
  if (!url || url->path.front() == '/') return url;
  // Boost 1.81 takes `http://127.0.0.1.example/` for an address with the path `.example/`. It reads
  // such a name well where it begins with a letter.
  url = read_url(std::string(text).insert(host_begin(text), 1, 'x'));
  if (!url || url->path.front() != '/') return fail(fmt::format("'{}' names no host", text));
  url->host.erase(0, 1);
  return url;
}

std::string percent_encode(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (is_unreserved(c)) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      result += ' ';
    } else if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      result += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

FormFields parse_form(std::string_view text) {
  FormFields fields;
  const auto decoded = [](std::string_view part) {
    return percent_decode(part, /*plus_is_space=*/true).value_or(std::string(part));
  };
  for (const std::string& field : split(text, '&')) {
    if (field.empty()) continue;
    const std::size_t equals = field.find('=');
    const std::string_view view = field;
    fields.emplace_back(decoded(view.substr(0, equals)), equals == std::string::npos
                                                             ? std::string()
                                                             : decoded(view.substr(equals + 1)));
  }
  return fields;
}

std::string form_value(const FormFields& fields, std::string_view name) {
  for (const auto& [field, value] : fields) {
    if (field == name) return value;
  }
  return {};
}

std::string encode_form(const FormFields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (!text.empty()) text += '&';
    text += percent_encode(name) + "=" + percent_encode(value);
  }
  return text;
}

}  // namespace base

#pragma once

#include <span>
#include <string_view>

namespace idp {

/// Somebody who can log in with one click.
struct User {
  std::string_view subject;
  std::string_view name;
  std::string_view email;
};

std::span<const User> users();
/// Null where there is none of that subject.
const User* find_user(std::string_view subject);

/// Whether it may be the subject of a login: 1 to 255 printable ASCII characters (OpenID Connect
/// Core 1.0, section 2). Users need not be known to log in.
bool is_subject(std::string_view text);

}  // namespace idp

#include "mock-idp/idp/users.h"

#include <algorithm>

namespace idp {
namespace {

constexpr User kUsers[] = {
    {"alice", "Alice Example", "alice@example.com"},
    {"bob", "Bob Example", "bob@example.com"},
    {"carol", "Carol Example", "carol@example.com"},
};

}  // namespace

std::span<const User> users() { return kUsers; }

const User* find_user(std::string_view subject) {
  const auto* const found = std::find_if(std::begin(kUsers), std::end(kUsers),
                                         [&](const User& one) { return one.subject == subject; });
  return found == std::end(kUsers) ? nullptr : found;
}

bool is_subject(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace idp

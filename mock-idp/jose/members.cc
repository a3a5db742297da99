#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/jose/recipe.h"

namespace jose {
namespace {

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

/// Nearly every name and value needs no escaping, and tokens are minted by the thousand.
std::string as_json(std::string_view text) {
  if (!is_plain(text)) return base::json_string(text);
  std::string out;
  out.reserve(text.size() + 2);
  out.append(1, '"').append(text).append(1, '"');
  return out;
}

}  // namespace

Members& Members::set(std::string_view name, std::string_view json) {
  const auto last = std::find_if(members_.rbegin(), members_.rend(),
                                 [&](const Member& member) { return member.name == name; });
  if (last == members_.rend()) return append(name, json);
  last->json = json;
  return *this;
}

Members& Members::set_string(std::string_view name, std::string_view value) {
  return set(name, as_json(value));
}

Members& Members::set_number(std::string_view name, long long value) {
  return set(name, std::to_string(value));
}

Members& Members::append(std::string_view name, std::string_view json) {
  members_.push_back({std::string(name), std::string(json)});
  return *this;
}

Members& Members::prepend(std::string_view name, std::string_view json) {
  members_.insert(members_.begin(), {std::string(name), std::string(json)});
  return *this;
}

Members& Members::erase(std::string_view name) {
  std::erase_if(members_, [&](const Member& member) { return member.name == name; });
  return *this;
}

const std::string* Members::find(std::string_view name) const {
  const auto last = std::find_if(members_.rbegin(), members_.rend(),
                                 [&](const Member& member) { return member.name == name; });
  return last == members_.rend() ? nullptr : &last->json;
}

std::string Members::string(std::string_view name) const {
  const std::string* const json = find(name);
  if (json == nullptr) return {};
  const std::string_view text = *json;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"' &&
      is_plain(text.substr(1, text.size() - 2))) {
    return std::string(text.substr(1, text.size() - 2));
  }
  const auto value = base::parse_json(text);
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

std::string Members::to_json() const {
  std::string out = "{";
  for (const Member& member : members_) {
    if (out.size() > 1) out += ',';
    out.append(as_json(member.name)).append(1, ':').append(member.json);
  }
  out += '}';
  return out;
}

}  // namespace jose

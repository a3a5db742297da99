#include "harness/run/profile_reader.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace run {
namespace {

/// A name as one token of a JSON pointer (RFC 6901, section 3).
std::string escape(std::string_view name) {
  return base::replace_all(base::replace_all(name, "~", "~0"), "/", "~1");
}

}  // namespace

void Place::fail(std::string_view what) const {
  if (failed()) return;
  error_ = fmt::format("{}: {}", pointer_.empty() ? "/" : pointer_, what);
}

std::string Place::text() const {
  if (value_.is_string()) return value_.get<std::string>();
  fail("expected a string");
  return {};
}

std::string Place::filled_text() const {
  std::string result = text();
  if (result.empty()) fail("expected a string that is not empty");
  return result;
}

bool Place::flag() const {
  if (value_.is_boolean()) return value_.get<bool>();
  fail("expected true or false");
  return false;
}

long long Place::whole_number(long long least, long long most) const {
  if (value_.is_number_integer()) {
    const auto number = value_.get<long long>();
    if (number >= least && number <= most) return number;
  }
  fail(fmt::format("expected a whole number from {} to {}", least, most));
  return least;
}

void Place::each_element(const std::function<void(const Place&)>& read) const {
  if (!value_.is_array()) return fail("expected an array");
  for (std::size_t i = 0; i < value_.size() && !failed(); ++i) {
    read(Place(value_[i], fmt::format("{}/{}", pointer_, i), error_));
  }
}

void Place::each_member(
    const std::function<void(const std::string& name, const Place&)>& read) const {
  if (!value_.is_object()) return fail("expected an object");
  for (const auto& [name, member] : value_.items()) {
    if (failed()) return;
    read(name, Place(member, fmt::format("{}/{}", pointer_, escape(name)), error_));
  }
}

std::vector<std::string> Place::texts() const {
  std::vector<std::string> result;
  each_element([&](const Place& element) { result.push_back(element.filled_text()); });
  return result;
}

void Place::object(const Readers& readers) const {
  each_member([&](const std::string& name, const Place& member) {
    const auto reader = readers.find(name);
    if (reader != readers.end()) return reader->second(member);
    std::vector<std::string> known;
    for (const auto& [one, read] : readers) known.push_back(one);
    member.fail(fmt::format("unknown member; known are {}", base::join(known, ", ")));
  });
}

}  // namespace run

#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace run {

/// A place in a JSON document that is being read, and the first thing found wrong there or below.
class Place {
 public:
  Place(const nlohmann::json& value, std::string pointer, std::string& error)
      : value_(value), pointer_(std::move(pointer)), error_(error) {}

  const nlohmann::json& value() const { return value_; }
  bool failed() const { return !error_.empty(); }
  /// Notes "<pointer>: <what>", unless something was wrong before.
  void fail(std::string_view what) const;

  std::string text() const;
  /// The same, but an empty text is wrong.
  std::string filled_text() const;
  bool flag() const;
  long long whole_number(long long least, long long most) const;
  /// The elements of an array.
  void each_element(const std::function<void(const Place&)>& read) const;
  /// The members of an object.
  void each_member(const std::function<void(const std::string& name, const Place&)>& read) const;
  std::vector<std::string> texts() const;

  /// How the members of an object are read, by name.
  using Readers = std::map<std::string, std::function<void(const Place&)>, std::less<>>;
  /// An object with these members and no other.
  void object(const Readers& readers) const;

 private:
  const nlohmann::json& value_;
  const std::string pointer_;
  std::string& error_;
};

}  // namespace run

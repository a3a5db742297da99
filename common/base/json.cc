#include "common/base/json.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

namespace base {
namespace {

constexpr std::size_t kMaxDepth = 64;

/// Walks the text once without building anything, to find what the parser proper would swallow.
class StrictPass final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit StrictPass(std::string_view text) : text_(text) {}
  const std::string& error() const { return error_; }

  bool null() override { return value(); }
  bool boolean(bool /*value*/) override { return value(); }
  bool number_integer(number_integer_t /*value*/) override { return value(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return value(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return value(); }
  bool string(string_t& /*value*/) override { return value(); }
  bool binary(binary_t& /*value*/) override { return value(); }
  bool start_object(std::size_t /*elements*/) override { return open(/*array=*/false); }
  bool start_array(std::size_t /*elements*/) override { return open(/*array=*/true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    levels_.back().at = name;
    if (levels_.back().names.insert(name).second) return true;
    error_ = fmt::format("{}: the member appears twice", pointer());
    return false;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& problem) override {
    const std::string_view before = text_.substr(0, std::min(position, text_.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t start = before.rfind('\n');
    const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1);
    std::string_view what = problem.what();
    // The library's text starts with its own position; ours is enough.
    if (const auto at = what.find("syntax error"); at != std::string_view::npos) {
      what.remove_prefix(at);
    }
    error_ = fmt::format("line {}, column {}: {}", line, column, what);
    return false;
  }

 private:
  struct Level {
    bool array = false;
    std::size_t index = 0;
    std::string at;
    std::set<std::string> names;
  };

  bool value() {
    if (!levels_.empty() && levels_.back().array) ++levels_.back().index;
    return true;
  }

  bool open(bool array) {
    if (levels_.size() >= kMaxDepth) {
      error_ = fmt::format("nested deeper than {} levels", kMaxDepth);
      return false;
    }
    levels_.push_back({.array = array});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return value();
  }

  std::string pointer() const {
    std::string path;
    for (const Level& level : levels_) {
      path += '/';
      path += level.array ? std::to_string(level.index) : level.at;
    }
    return path;
  }

  std::string_view text_;
  std::string error_;
  std::vector<Level> levels_;
};

Result<nlohmann::json> parse(std::string_view text, bool comments) {
  StrictPass pass(text);
  if (!nlohmann::json::sax_parse(text, &pass, nlohmann::json::input_format_t::json,
                                 /*strict=*/true, comments)) {
    return fail(pass.error().empty() ? "not JSON" : pass.error());
  }
  return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false, comments);
}

constexpr auto kReplace = nlohmann::json::error_handler_t::replace;

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) { return parse(text, false); }

Result<nlohmann::json> parse_json_with_comments(std::string_view text) { return parse(text, true); }

std::string dump(const nlohmann::json& value) { return value.dump(-1, ' ', false, kReplace); }

std::string dump_pretty(const nlohmann::json& value) { return value.dump(2, ' ', false, kReplace); }

std::string dump_pretty(const nlohmann::ordered_json& value) {
  return value.dump(2, ' ', false, kReplace);
}

std::string json_string(std::string_view text) { return dump(nlohmann::json(text)); }

std::string text_member(const nlohmann::json& value, std::string_view name) {
  if (!value.is_object()) return {};
  const auto member = value.find(name);
  if (member == value.end() || !member->is_string()) return {};
  return member->get<std::string>();
}

std::vector<std::string> texts(const nlohmann::json& value) {
  std::vector<std::string> result;
  if (!value.is_array()) return result;
  for (const auto& element : value) {
    if (element.is_string()) result.push_back(element.get<std::string>());
  }
  return result;
}

}  // namespace base

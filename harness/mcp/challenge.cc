#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "harness/mcp/protocol.h"

namespace mcp {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Parameter names that are certainly no token68, so that `realm=` is read as an empty realm.
constexpr std::array<std::string_view, 6> kKnownNames = {
    "realm", "scope", "error", "error_description", "error_uri", "resource_metadata"};

/// Reads one field as people meant it. What separates things may be wrong (blanks for commas, raw
/// quotes inside quoted strings, unquoted URLs): a name with an equals sign is a parameter wherever
/// it stands, and a word is a scheme where a challenge could begin.
class LenientReader {
 public:
  LenientReader(std::string_view text, std::vector<Challenge>& out) : text_(text), out_(out) {}

  void read() {
    bool after_comma = true;
    for (;;) {
      while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == ',')) {
        after_comma = after_comma || text_[at_] == ',';
        ++at_;
      }
      if (at_ >= text_.size()) return;
      const std::size_t end = word_end(at_);
      if (end == at_) {
        ++at_;  // A stray quote or equals sign.
        continue;
      }
      const std::string_view word = text_.substr(at_, end - at_);
      if (is_token68_at(end, word)) {
        take_token68(end);
      } else if (equals_after(end) != kNone) {
        take_parameter(word, equals_after(end));
      } else {
        at_ = end;
        take_word(word, after_comma);
      }
      after_comma = false;
    }
  }

 private:
  std::size_t skip_blanks(std::size_t at) const {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at;
  }

  std::size_t word_end(std::size_t at) const {
    while (at < text_.size() && !is_blank(text_[at]) && text_[at] != ',' && text_[at] != '=' &&
           text_[at] != '"') {
      ++at;
    }
    return at;
  }

  /// Where the equals sign of `word BWS =` stands.
  std::size_t equals_after(std::size_t end) const {
    const std::size_t at = skip_blanks(end);
    return at < text_.size() && text_[at] == '=' ? at : kNone;
  }

  bool fresh_challenge() const {
    return begun_ && out_.back().parameters.empty() && out_.back().token68.empty();
  }

  /// `abc==` straight after a scheme: padding, not a parameter.
  bool is_token68_at(std::size_t end, std::string_view word) const {
    if (!fresh_challenge() || end >= text_.size() || text_[end] != '=') return false;
    if (std::find(kKnownNames.begin(), kKnownNames.end(), base::to_lower(word)) !=
        kKnownNames.end()) {
      return false;
    }
    while (end < text_.size() && text_[end] == '=') ++end;
    end = skip_blanks(end);
    return end >= text_.size() || text_[end] == ',';
  }

  void take_token68(std::size_t end) {
    while (end < text_.size() && text_[end] == '=') ++end;
    out_.back().token68 = std::string(text_.substr(at_, end - at_));
    at_ = end;
  }

  /// What follows could be a parameter.
  bool parameter_at(std::size_t at) const {
    at = skip_blanks(at);
    const std::size_t end = word_end(at);
    return end > at && equals_after(end) != kNone;
  }

  bool ends_at(std::size_t at) const {
    at = skip_blanks(at);
    return at >= text_.size() || text_[at] == ',';
  }

  void take_word(std::string_view word, bool after_comma) {
    const bool leads_parameters = parameter_at(at_);
    if (fresh_challenge() && !after_comma && !leads_parameters) {
      out_.back().token68 = std::string(word);
      return;
    }
    const std::size_t next = skip_blanks(at_);
    const bool begins =
        leads_parameters || (after_comma && (ends_at(at_) || ends_at(word_end(next))));
    if (!begun_ || begins) {
      out_.push_back({.scheme = std::string(word)});
      begun_ = true;
    }
  }

  void take_parameter(std::string_view name, std::size_t equals) {
    if (!begun_) {
      out_.emplace_back();
      begun_ = true;
    }
    at_ = skip_blanks(equals + 1);
    std::string value;
    if (at_ < text_.size() && text_[at_] == '"') {
      value = quoted();
    } else {
      const std::size_t start = at_;
      while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != ',') ++at_;
      value = std::string(text_.substr(start, at_ - start));
    }
    out_.back().parameters.emplace_back(base::to_lower(name), std::move(value));
  }

  /// A scheme and a parameter of its own.
  bool challenge_at(std::size_t at) const {
    at = skip_blanks(at);
    const std::size_t end = word_end(at);
    return end > at && parameter_at(end);
  }

  /// Whether the quote before `at` ends its string: what comes next looks like the next thing, or
  /// no other quote could end it.
  bool closes(std::size_t at) const {
    const std::size_t next = skip_blanks(at);
    if (next >= text_.size()) return true;
    if (text_[next] != ',') return next > at && (parameter_at(next) || challenge_at(next));
    const std::size_t quote = std::min(text_.find('"', next), text_.size());
    for (std::size_t comma = next; comma < quote; comma = text_.find(',', comma + 1)) {
      const std::size_t after = skip_blanks(comma + 1);
      if (parameter_at(after) || challenge_at(after)) return true;
      if (comma == next && after < text_.size() && ends_at(word_end(after))) return true;
    }
    return quote == text_.size();
  }

  std::string quoted() {
    std::string value;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) {
        value += text_[at_++];
      } else if (c == '"' && closes(at_)) {
        return value;
      } else {
        value += c;
      }
    }
    return value;
  }

  std::string_view text_;
  std::vector<Challenge>& out_;
  std::size_t at_ = 0;
  bool begun_ = false;
};

}  // namespace

const std::string* Challenge::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (base::equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

std::vector<Challenge> read_challenges(const wire::Response& response) {
  std::vector<Challenge> challenges;
  for (const std::string& field : base::all_headers(response.headers, "WWW-Authenticate")) {
    LenientReader(field, challenges).read();
  }
  return challenges;
}

}  // namespace mcp

#include <fmt/core.h>

#include <set>

#include "common/base/text.h"
#include "harness/mcp/protocol.h"

namespace mcp {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
/// RFC 9110, section 5.6.2.
bool is_tchar(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
/// RFC 9110, section 11.2.
bool is_token68_char(char c) {
  return is_alnum(c) || std::string_view("-._~+/").find(c) != std::string_view::npos;
}
bool is_obs_text(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_visible(char c) { return c > ' ' && c <= '~'; }
/// RFC 9110, section 5.6.4, without the quote and the backslash.
bool is_qdtext(char c) {
  return c == '\t' || c == ' ' || (is_visible(c) && c != '"' && c != '\\') || is_obs_text(c);
}

/// The characters that RFC 6750, section 3, leaves to these parameters of a Bearer challenge.
bool allowed_by_rfc6750(std::string_view name, char c) {
  const bool text = c >= ' ' && c <= '~' && c != '"' && c != '\\';
  if (name == "error" || name == "error_description" || name == "scope") return text;
  if (name == "error_uri") return text && c != ' ';
  return true;
}

class StrictReader {
 public:
  explicit StrictReader(std::string_view text) : text_(text) {}

  std::optional<std::string> read() {
    if (base::trim(text_).empty()) return "the field is empty";
    text_ = base::trim(text_);
    while (error_.empty()) {
      element();
      if (!error_.empty()) break;
      skip_blanks();
      if (done()) break;
      if (text_[at_] != ',') {
        fail("a comma is missing before");
        break;
      }
      ++at_;
    }
    if (error_.empty()) end_challenge();
    if (error_.empty()) return std::nullopt;
    return error_;
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }

  std::string_view rest() const { return text_.substr(at_, 24); }
  void fail(std::string_view what) {
    if (!error_.empty()) return;
    error_ = done() ? fmt::format("{} the end", what)
                    : fmt::format("{} \"{}\" (character {})", what, rest(), at_ + 1);
  }

  std::string_view token() {
    const std::size_t start = at_;
    while (!done() && is_tchar(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  /// A challenge's beginning, or one more parameter of the challenge that is open.
  void element() {
    skip_blanks();
    if (done() || peek() == ',') return fail("an empty list element at");
    const std::size_t start = at_;
    const std::string_view word = token();
    if (word.empty()) return fail("a token is expected at");
    const std::size_t end = at_;
    skip_blanks();
    if (peek() == '=') {
      at_ = start;
      if (scheme_.empty()) return fail("a parameter without a scheme:");
      if (has_token68_) return fail("a parameter beside a token68:");
      return parameter();
    }
    end_challenge();
    if (!error_.empty()) return;
    scheme_ = word;
    names_.clear();
    has_token68_ = false;
    if (done() || peek() == ',') return;
    if (at_ == end) return fail("after the scheme a blank is expected, not");
    if (text_.substr(end, at_ - end).find('\t') != std::string_view::npos) {
      return fail("after the scheme a blank is expected, not a tab, before");
    }
    if (!token68()) parameter();
  }

  bool token68() {
    std::size_t end = at_;
    while (end < text_.size() && is_token68_char(text_[end])) ++end;
    if (end == at_) return false;
    while (end < text_.size() && text_[end] == '=') ++end;
    std::size_t next = end;
    while (next < text_.size() && (text_[next] == ' ' || text_[next] == '\t')) ++next;
    if (next < text_.size() && text_[next] != ',') return false;
    at_ = end;
    has_token68_ = true;
    return true;
  }

  void parameter() {
    const std::string name = base::to_lower(token());
    if (name.empty()) return fail("a parameter's name is expected at");
    skip_blanks();
    if (peek() != '=') return fail(fmt::format("after {} an equals sign is expected at", name));
    ++at_;
    skip_blanks();
    const std::string value = peek() == '"' ? quoted(name) : std::string(token());
    if (!error_.empty()) return;
    if (value.empty() && text_[at_ - 1] != '"') {
      return fail(fmt::format("the value of {} is neither a token nor a quoted string:", name));
    }
    if (!done() && peek() != ',' && peek() != ' ' && peek() != '\t') {
      return fail(fmt::format("the value of {} goes on with", name));
    }
    if (!names_.insert(name).second) {
      error_ = fmt::format("the parameter {} appears twice in the {} challenge", name, scheme_);
      return;
    }
    check_characters(name, value);
  }

  std::string quoted(std::string_view name) {
    std::string value;
    ++at_;
    while (!done()) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return value;
      }
      if (c == '\\') {
        ++at_;
        const char escaped = peek();
        if (done() || !(escaped == ' ' || is_qdtext(escaped) || is_visible(escaped))) break;
        value += escaped;
      } else if (is_qdtext(c)) {
        value += c;
      } else {
        fail(fmt::format("the quoted {} holds a control character at", name));
        return value;
      }
      ++at_;
    }
    fail(fmt::format("the quoted {} is not closed before", name));
    return value;
  }

  void check_characters(const std::string& name, std::string_view value) {
    if (!base::equal_ignoring_case(scheme_, "Bearer")) return;
    for (const char c : value) {
      if (allowed_by_rfc6750(name, c)) continue;
      error_ = is_visible(c)
                   ? fmt::format("{} holds '{}', which RFC 6750 does not allow there", name, c)
                   : fmt::format("{} holds the byte 0x{:02x}, which RFC 6750 does not allow there",
                                 name, static_cast<unsigned char>(c));
      return;
    }
  }

  void end_challenge() {
    if (base::equal_ignoring_case(scheme_, "Bearer") && names_.empty()) {
      error_ = "the Bearer challenge has no parameter (RFC 6750 wants at least one)";
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
  std::string scheme_;
  std::set<std::string> names_;
  bool has_token68_ = false;
};

}  // namespace

std::optional<std::string> challenge_syntax_error(std::string_view field_value) {
  return StrictReader(field_value).read();
}

}  // namespace mcp

#include "harness/oauth/html_form.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "common/base/text.h"

namespace oauth {
namespace {

constexpr std::size_t kMaxForms = 20;
constexpr std::size_t kMaxFields = 200;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/// One character reference, where we know it: the five of markup, and ASCII by number.
std::optional<char> referred(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (name.size() < 2 || name[0] != '#') return std::nullopt;
  const bool hex = name[1] == 'x' || name[1] == 'X';
  name.remove_prefix(hex ? 2 : 1);
  unsigned code = 0;
  const auto [end, problem] =
      std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  const bool good = problem == std::errc() && end == name.data() + name.size();
  return good && code > 0 && code < 0x80 ? std::optional(static_cast<char>(code)) : std::nullopt;
}

std::string unescaped(std::string_view text) {
  constexpr std::size_t kLongest = 8;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
    if (end != std::string_view::npos && end - at <= kLongest) {
      if (const auto c = referred(text.substr(at + 1, end - at - 1))) {
        out += *c;
        at = end + 1;
        continue;
      }
    }
    out += text[at++];
  }
  return out;
}

struct Tag {
  std::string name;  ///< lower case; "/form" for an end
  std::map<std::string, std::string, std::less<>> attributes;
  bool has(std::string_view attribute) const {
    return attributes.count(std::string(attribute)) > 0;
  }
  std::string get(std::string_view attribute) const {
    const auto found = attributes.find(attribute);
    return found == attributes.end() ? "" : found->second;
  }
};

/// Walks over a page from tag to tag.
class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html) {}

  /// The next tag; nothing at the end. `text` is what came before it.
  std::optional<Tag> next(std::string& text) {
    const std::size_t open = html_.find('<', at_);
    text = std::string(html_.substr(at_, open == std::string_view::npos ? open : open - at_));
    if (open == std::string_view::npos) return std::nullopt;
    at_ = open + 1;
    if (html_.substr(at_, 3) == "!--") {
      const std::size_t end = html_.find("-->", at_);
      at_ = end == std::string_view::npos ? html_.size() : end + 3;
      return Tag{};
    }
    return read_tag();
  }

 private:
  Tag read_tag() {
    Tag tag;
    tag.name = base::to_lower(word("/> \t\n\r\f", /*slash_first=*/true));
    while (at_ < html_.size() && html_[at_] != '>') {
      if (is_blank(html_[at_]) || html_[at_] == '/') {
        ++at_;
        continue;
      }
      const std::string name = base::to_lower(word("=/> \t\n\r\f"));
      if (name.empty()) ++at_;
      tag.attributes.emplace(name, value());
    }
    if (at_ < html_.size()) ++at_;
    return tag;
  }

  std::string word(std::string_view ends, bool slash_first = false) {
    const std::size_t from = at_;
    if (slash_first && at_ < html_.size() && html_[at_] == '/') ++at_;
    while (at_ < html_.size() && ends.find(html_[at_]) == std::string_view::npos) ++at_;
    return std::string(html_.substr(from, at_ - from));
  }

  std::string value() {
    skip_blanks();
    if (at_ >= html_.size() || html_[at_] != '=') return {};
    ++at_;
    skip_blanks();
    if (at_ >= html_.size()) return {};
    const char quote = html_[at_];
    if (quote != '"' && quote != '\'') return unescaped(word("> \t\n\r\f"));
    const std::size_t from = ++at_;
    const std::size_t end = std::min(html_.find(quote, from), html_.size());
    at_ = std::min(end + 1, html_.size());
    return unescaped(html_.substr(from, end - from));
  }

  void skip_blanks() {
    while (at_ < html_.size() && is_blank(html_[at_])) ++at_;
  }

  std::string_view html_;
  std::size_t at_ = 0;
};

void take_input(const Tag& tag, Form& form) {
  const std::string type = base::to_lower(tag.get("type"));
  const std::string name = tag.get("name");
  if (type == "submit" || type == "image") {
    form.buttons.push_back({name, tag.get("value"), tag.get("value")});
    return;
  }
  if (name.empty() || type == "reset" || type == "button" || type == "file") return;
  if ((type == "checkbox" || type == "radio") && !tag.has("checked")) return;
  const bool box = type == "checkbox" || type == "radio";
  const std::string value = box && !tag.has("value") ? "on" : tag.get("value");
  if (value.empty() && type != "hidden") {
    form.empty_fields.push_back(name);
    if (type == "password") form.passwords.push_back(name);
  } else {
    form.fields.emplace_back(name, value);
  }
}

}  // namespace

std::vector<Form> read_forms(std::string_view html) {
  std::vector<Form> forms;
  Reader reader(html);
  std::string text;
  bool inside = false;
  bool in_button = false;
  while (const auto tag = reader.next(text)) {
    if (in_button && !forms.empty()) forms.back().buttons.back().label += unescaped(text);
    if (tag->name == "form" && forms.size() < kMaxForms) {
      Form form;
      const std::string method = base::to_lower(tag->get("method"));
      if (!method.empty()) form.method = method;
      form.action = tag->get("action");
      forms.push_back(std::move(form));
      inside = true;
      in_button = false;
      continue;
    }
    if (tag->name == "/form") inside = in_button = false;
    if (tag->name == "/button") in_button = false;
    if (!inside) continue;
    Form& form = forms.back();
    if (form.fields.size() + form.buttons.size() >= kMaxFields) continue;
    if (tag->name == "input") take_input(*tag, form);
    const std::string type = base::to_lower(tag->get("type"));
    if (tag->name == "button" && type != "button" && type != "reset") {
      form.buttons.push_back({tag->get("name"), tag->get("value"), {}});
      in_button = true;
    }
  }
  return forms;
}

}  // namespace oauth

#include <algorithm>
#include <utility>

#include "common/base/text.h"
#include "harness/check/set_up.h"

// Which scopes the control needs. A server's own need not be those that we told it to require.

namespace check {
namespace {

/// More than any server lists for one resource, and fewer than would take long.
constexpr std::size_t kMostScopes = 32;

/// A word with one of these marks inside is no word of a sentence.
bool looks_like_scope(std::string_view word) {
  const std::size_t mark = word.find_first_of(":/_.");
  return mark != std::string_view::npos && mark > 0 && mark + 1 < word.size();
}

/// Some servers name the scope in words only: "Required scope: tasks:read".
std::vector<std::string> scopes_in_words(std::string text) {
  for (const char* mark : {",", ";", "'", "\"", "`", "[", "]", "(", ")"}) {
    text = base::replace_all(text, mark, " ");
  }
  std::vector<std::string> found;
  bool after = false;
  for (std::string& word : base::words(text)) {
    const std::string lower = base::to_lower(word);
    if (lower.starts_with("scope")) {
      after = true;
    } else if (after && looks_like_scope(word)) {
      found.push_back(std::move(word));
    }
  }
  return found;
}

std::vector<std::string> scopes_of(const mcp::Challenge* challenge) {
  if (challenge == nullptr) return {};
  if (const std::string* scope = challenge->parameter("scope")) return base::words(*scope);
  const std::string* description = challenge->parameter("error_description");
  return description != nullptr ? scopes_in_words(*description) : std::vector<std::string>{};
}

}  // namespace

void add_scopes(std::vector<std::string>& list, const std::vector<std::string>& more) {
  for (const std::string& scope : more) {
    if (list.size() < kMostScopes && !base::contains(list, scope)) list.push_back(scope);
  }
}

void SetUp::note_shown_scopes(const mcp::Answer& answer) {
  const mcp::Challenge* challenge = answer.challenge(context_.binding_.scheme());
  const std::string* scope = challenge != nullptr ? challenge->parameter("scope") : nullptr;
  if (scope != nullptr) add_scopes(shown_scopes_, base::words(*scope));
}

bool SetUp::learn_scopes(const mcp::Answer& answer) {
  std::vector<std::string> wanted = scopes_of(answer.challenge(context_.binding_.scheme()));
  if (wanted.empty()) return offer_shown_scopes();
  add_scopes(shown_scopes_, wanted);
  return offer(wanted);
}

bool SetUp::offer_shown_scopes() { return offer(shown_scopes_); }

bool SetUp::offer(const std::vector<std::string>& scopes) {
  std::vector<std::string>& known = context_.target_.scopes;
  const std::size_t before = known.size();
  add_scopes(known, scopes);
  scopes_learned_ = scopes_learned_ || known.size() > before;
  return known.size() > before;
}

/// What a server lists is not what every request needs.
void SetUp::drop_needless_scopes() {
  if (!scopes_learned_) return;
  Target& target = context_.target_;
  const auto accepted = [&] {
    const auto token = context_.mint(context_.control("alice"));
    return token && try_control(context_.carry(*token), "fewer scopes");
  };
  const std::vector<std::string> all = target.scopes;
  for (const std::string& scope : all) {
    if (base::contains(target.profile.scopes, scope)) continue;
    const std::vector<std::string> before = target.scopes;
    std::erase(target.scopes, scope);
    if (!accepted()) target.scopes = before;
  }
  accepted();  // leaves the greeting and the answer of the scopes that are kept
}

void SetUp::find_required_scopes() {
  Target& target = context_.target_;
  if (!context_.calibration_.accepted) return;
  const auto challenged =
      send(mcp::frame(target.framing(), mcp::Operation::list_tools(), "0"), "0", {});
  note_shown_scopes(challenged);
  target.required_scopes = target.scopes;
  target.scopes_assumed =
      std::none_of(target.scopes.begin(), target.scopes.end(), [&](const std::string& scope) {
        return base::contains(shown_scopes_, scope) || base::contains(target.profile.scopes, scope);
      });
  if (!target.scopes_assumed || target.scopes.empty()) return;
  // The plainest way to show it: a token without the scope gets 403.
  jose::Recipe bare = context_.control("alice");
  bare.without_claim(target.profile.scope_claim);
  const auto answer = control_request(context_.carry(context_.mint(bare).value_or("")));
  if (answer.kind == mcp::Kind::forbidden) target.scopes_assumed = false;
}

}  // namespace check

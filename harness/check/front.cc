#include "harness/check/front.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <optional>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "harness/check/family.h"

namespace check {
namespace {

/// With these a firewall answers; some answer 200 with a page that says so.
constexpr std::array kBlocking = {200, 400, 403, 406, 413, 414, 418, 431, 451, 501};
/// A web server's own parser answers 400 to what it cannot read, such as long fields.
constexpr int kParserError = 400;
constexpr std::size_t kLongest = 6'000;  ///< bytes that a header field or a query repeats
constexpr const char* kMark = "../../../../etc/passwd' UNION SELECT 1 -- <script>alert(1)</script>";

bool is_page(const mcp::Answer& answer) {
  const int status = answer.status();
  if (std::find(kBlocking.begin(), kBlocking.end(), status) == kBlocking.end()) return false;
  if (!answer.challenges.empty()) return false;
  return mcp::describe_body(*answer.exchange.response) == "an HTML page";
}

/// Status and text without the numbers and ids that differ each time.
std::string print_of(const mcp::Answer& answer) {
  std::string text;
  for (const char c : answer.exchange.response->body) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) != 0 || c == '<' || c == '>') text += c;
  }
  // Incident numbers in hexadecimal leave letters behind, so the beginning has to suffice.
  return fmt::format("{} {}", answer.status(), text.substr(0, 120));
}

/// What tells the maker of an answer.
struct Make {
  std::string type;
  std::string server;
  bool operator==(const Make&) const = default;
};

Make make_of(const mcp::Answer& answer) {
  const std::string* server = answer.exchange.response->header("Server");
  return {mcp::describe_body(*answer.exchange.response) == "an HTML page" ? "html" : "",
          server == nullptr ? "" : *server};
}

using Makes = std::vector<Make>;

/// How the server itself rejects: requests that hold nothing that looks like an attack.
const Makes& own_makes(Probe& probe) {
  return probe.context().once<Makes>("own rejections", [&] {
    Makes makes;
    for (const Attempt& attempt : {without_credentials(), with_garbage(probe)}) {
      const mcp::Answer answer = probe.send(attempt);
      if (answer.exchange.response) makes.push_back(make_of(answer));
    }
    return makes;
  });
}

bool is_foreign(Probe& probe, const mcp::Answer& answer) {
  if (!is_page(answer)) return false;
  const Makes& own = own_makes(probe);
  return !own.empty() && std::find(own.begin(), own.end(), make_of(answer)) == own.end();
}

/// What of a credential a firewall may have decoded: the parts of a JWT, else the text itself.
std::string decoded(const Attempt& attempt) {
  if (attempt.credential.headers.empty()) return {};
  const std::string& value = attempt.credential.headers.front().value;
  const std::string secret = value.substr(value.rfind(' ') + 1);
  std::string text;
  for (const std::string& segment : base::split(secret, '.')) {
    if (const auto bytes = base::base64url_decode(segment)) text += *bytes + " ";
  }
  return text.empty() || text.find_first_of("{/'<") == std::string::npos ? secret : text;
}

std::string printable_ascii(const std::string& text) {
  std::string kept;
  for (const char c : text.substr(0, kLongest)) kept += c >= ' ' && c <= '~' ? c : ' ';
  return std::string(base::trim(kept));
}

/// Valid credentials together with the text, in places that a server has no reason to look at.
std::vector<Attempt> harmless_with(Probe& probe, const std::string& text) {
  std::vector<Attempt> attempts;
  if (text.empty()) return attempts;
  const Target& target = probe.target();
  const bool signs = modes::contains(modes::jwt(), target.mode);
  if (signs && probe.context().calibration().accepted) {
    jose::Recipe token = probe.good();
    token.header.set_string("x-note", text);
    attempts.push_back({.credential = probe.carry(probe.mint(token))});
  }
  const Credential valid = probe.good_credential();
  const std::string plain = printable_ascii(text);
  attempts.push_back({.credential = valid, .edit = [plain](wire::Request& request) {
                        request.headers.push_back({"X-Note", plain});
                      }});
  const std::string query = "note=" + base::percent_encode(plain);
  attempts.push_back({.credential = valid, .edit = [query](wire::Request& request) {
                        const bool has = request.target.find('?') != std::string::npos;
                        request.target += (has ? "&" : "?") + query;
                      }});
  return attempts;
}

bool confirmed(Probe& probe, const Attempt& attempt, const mcp::Answer& answer) {
  std::vector<Attempt> attempts = harmless_with(probe, decoded(attempt));
  if (attempt.edit) {
    attempts.insert(attempts.begin(),
                    Attempt{.credential = probe.good_credential(), .edit = attempt.edit});
  }
  return std::any_of(attempts.begin(), attempts.end(), [&](const Attempt& one) {
    const mcp::Answer same = probe.send(one);
    return same.exchange.response && is_page(same) && print_of(same) == print_of(answer);
  });
}

std::string note_blocked_case(Probe& probe, const mcp::Answer& answer) {
  probe.context().front().note_blocked(probe.subject().id);
  return fmt::format("something in front of the server answered ({}): see wiring.unfiltered",
                     answer.summary());
}

}  // namespace

bool Front::knows(const mcp::Answer& answer) const {
  const std::string page = print_of(answer);
  const std::lock_guard lock(mutex_);
  return base::contains(pages_, page);
}

void Front::remember(const mcp::Answer& answer) {
  const std::string page = print_of(answer);
  const std::lock_guard lock(mutex_);
  if (!base::contains(pages_, page)) pages_.push_back(page);
  if (example_.empty()) example_ = answer.summary();
}

void Front::note_blocked(const std::string& case_id) {
  const std::lock_guard lock(mutex_);
  if (!base::contains(blocked_, case_id)) blocked_.push_back(case_id);
}

std::size_t Front::blocked() const {
  const std::lock_guard lock(mutex_);
  return blocked_.size();
}

std::string Front::example() const {
  const std::lock_guard lock(mutex_);
  return example_;
}

std::string answered_in_front(Probe& probe, const Attempt& attempt, const mcp::Answer& answer) {
  if (!answer.exchange.response || !is_page(answer)) return {};
  Front& front = probe.context().front();
  if (!front.knows(answer)) {
    if (!is_foreign(probe, answer)) return {};
    look_for_front(probe);
  }
  if (!front.knows(answer)) {
    // The server's own parser rejects what it cannot read with valid credentials as well.
    if (answer.status() == kParserError || !confirmed(probe, attempt, answer)) return {};
    front.remember(answer);
  }
  return note_blocked_case(probe, answer);
}

std::string valid_answered_in_front(Probe& probe, const mcp::Answer& answer) {
  if (!answer.exchange.response || answer.status() == kParserError) return {};
  if (!is_foreign(probe, answer)) return {};
  probe.context().front().remember(answer);
  return note_blocked_case(probe, answer);
}

const mcp::Answer& look_for_front(Probe& probe) {
  return probe.context().once<mcp::Answer>("front", [&] {
    for (const Attempt& attempt : harmless_with(probe, kMark)) {
      mcp::Answer answer = probe.send(attempt);
      if (!answer.exchange.response || !is_foreign(probe, answer)) continue;
      probe.context().front().remember(answer);
      return answer;
    }
    return mcp::Answer{};
  });
}

}  // namespace check

#include "harness/check/fixed_secret.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/base/url.h"

namespace check {
namespace {

constexpr std::array kSamples = {
    "changeme",
    "your-api-key",
    "your-secret-token-here",
    "your-secret-key-here",
    "my-secret-key-123",
    "test-key-123",
    "secret",
    "test",
    "demo",
    "MyToken",
    "password",
    "12345678",
};

/// Fields in which servers are known to look for tokens and keys.
constexpr std::array kOtherFields = {"X-API-Key", "X-Auth-Token", "X-Access-Token"};

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Another character of the same kind; `number` chooses it.
char another(char c, unsigned char number) {
  const auto turn = [&](char first, int count) {
    return static_cast<char>(first + (c - first + 1 + number % (count - 1)) % count);
  };
  if (is_digit(c)) return turn('0', 10);
  if (c >= 'a' && c <= 'z') return turn('a', 26);
  return c >= 'A' && c <= 'Z' ? turn('A', 26) : c;
}

std::string with_byte_off(std::string text, std::size_t at) {
  const char changed = another(text[at], 2);
  text[at] = changed == text[at] ? 'x' : changed;
  return text;
}

NearMisses one_byte_off(const std::string& good, std::size_t at) {
  if (good.empty()) return {};
  return {{fmt::format("byte {} of {} changed", at + 1, good.size()), with_byte_off(good, at)}};
}

/// Names under which a good secret is put into a query, a form or a cookie.
std::vector<std::string> loose_names(const Probe& probe) {
  if (probe.target().mode != Mode::api_key) return {"access_token", "token"};
  return {"api_key", base::to_lower(probe.target().profile.api_key_header)};
}

}  // namespace

namespace near_miss {

NearMisses unlike(const std::string& good) {
  std::string other = good;
  const std::string noise = base::random_bytes(good.size());
  for (std::size_t i = 0; i < other.size(); ++i) {
    other[i] = another(other[i], static_cast<unsigned char>(noise[i]));
  }
  return {{"one of the same form", other}, {"garbage", "this-is-not-a-secret"}};
}

NearMisses beginnings(const std::string& good) {
  return {{"all but its last character", good.substr(0, good.size() - 1)},
          {"its first half", good.substr(0, good.size() / 2)}};
}

NearMisses endings(const std::string& good) {
  return {{"all but its first character", good.substr(1)},
          {"its second half", good.substr(good.size() / 2)}};
}

NearMisses longer(const std::string& good) {
  return {{"a character more at its end", good + "x"}, {"one more before it", "x" + good}};
}

NearMisses first_byte(const std::string& good) { return one_byte_off(good, 0); }

NearMisses middle_byte(const std::string& good) { return one_byte_off(good, good.size() / 2); }

NearMisses last_byte(const std::string& good) { return one_byte_off(good, good.size() - 1); }

NearMisses other_case(const std::string& good) {
  std::string turned = good;
  for (char& c : turned) {
    if (is_letter(c)) c = static_cast<char>(c ^ 0x20);
  }
  return {{"upper and lower case exchanged", turned}};
}

NearMisses blanks(const std::string& good) {
  return {{"a no-break space behind it", good + "\xA0"},
          {"a no-break space before it", "\xA0" + good},
          {"%20 behind it", good + "%20"}};
}

NearMisses null_bytes(const std::string& good) {
  return {{"%00 and more behind it", good + "%00x"},
          {"a null byte and more behind it", good + std::string("\0x", 2)}};
}

NearMisses non_ascii(const std::string& good) {
  return {{"an é of UTF-8 behind it", good + "\xC3\xA9"},
          {"an é of Latin-1 behind it", good + "\xE9"}};
}

NearMisses samples(const std::string& good) {
  NearMisses list;
  for (const char* sample : kSamples) {
    // Whoever's own secret is one of these was told so when the control was accepted.
    if (good != sample) list.push_back({fmt::format("\"{}\"", sample), sample});
  }
  return list;
}

}  // namespace near_miss

Family carried(Probe& probe, const NearMisses& near_misses) {
  Context& context = probe.context();
  const std::string good = context.control_secret();
  Family family;
  for (const NearMiss& near : near_misses) {
    if (near.secret.empty() || near.secret == good) continue;
    if (context.options().supplied.given()) context.redactor().add(near.secret);
    family.push_back({near.label, {.credential = probe.carry(near.secret)}});
  }
  return family;
}

MakeFamily near_misses_of(NearMisses (*make)(const std::string& good)) {
  return [make](Probe& probe) {
    const std::string good = probe.context().control_secret();
    return good.empty() ? Family{} : carried(probe, make(good));
  };
}

Family doubled_field(Probe& probe) {
  const base::Headers good = probe.good_credential().headers;
  const base::Headers bad = probe.carry("bm90LWEtc2VjcmV0").headers;
  const auto both = [](base::Headers first, const base::Headers& second) {
    first.insert(first.end(), second.begin(), second.end());
    return Attempt{.credential = {.label = "two fields", .headers = std::move(first)}};
  };
  return {{"good, then bad", both(good, bad)}, {"bad, then good", both(bad, good)}};
}

Family field_name_cases(Probe& probe) {
  Family family;
  const Credential good = probe.good_credential();
  for (const bool upper : {false, true}) {
    Credential credential = good;
    for (base::Header& header : credential.headers) {
      header.name = upper ? base::to_upper(header.name) : base::to_lower(header.name);
    }
    if (credential.headers.empty()) continue;
    const std::string label = credential.headers.front().name;
    family.push_back({label, {.credential = std::move(credential)}});
  }
  return family;
}

Attempt secret_in_query(Probe& probe) {
  return {.edit = [names = loose_names(probe),
                   secret = probe.context().control_secret()](wire::Request& request) {
    for (const std::string& name : names) {
      request.target += request.target.find('?') == std::string::npos ? "?" : "&";
      request.target += name + "=" + base::percent_encode(secret);
    }
  }};
}

Attempt secret_in_form(Probe& probe) {
  return {.edit = [names = loose_names(probe),
                   secret = probe.context().control_secret()](wire::Request& request) {
    base::FormFields fields = {{"message", request.body}, {"method", "tools/list"}};
    for (const std::string& name : names) fields.emplace_back(name, secret);
    request.body = base::encode_form(fields);
    base::set_header(request.headers, "Content-Type", "application/x-www-form-urlencoded");
  }};
}

Family secret_in_cookies(Probe& probe) {
  Family family;
  for (const std::string& name : loose_names(probe)) {
    const std::string pair = name + "=" + base::percent_encode(probe.context().control_secret());
    family.push_back(
        {"cookie " + name, {.credential = {.label = "Cookie", .headers = {{"Cookie", pair}}}}});
  }
  return family;
}

Family secret_in_other_fields(Probe& probe) {
  const std::string secret = probe.context().control_secret();
  const base::Headers own = probe.good_credential().headers;
  Family family;
  const auto add = [&](const std::string& label, const std::string& name,
                       const std::string& value) {
    if (base::find_header(own, name) != nullptr) return;
    family.push_back({label, {.credential = {.label = label, .headers = {{name, value}}}}});
  };
  for (const char* name : kOtherFields) add(name, name, secret);
  add("Authorization: Bearer", "Authorization", "Bearer " + secret);
  add("Proxy-Authorization: Bearer", "Proxy-Authorization", "Bearer " + secret);
  return family;
}

}  // namespace check

#include "common/base/redact.h"

#include <algorithm>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"

namespace base {

void Redactor::add(std::string_view secret) {
  if (secret.size() < 4) return;
  const std::string json = json_string(secret);
  const std::string quoted = shell_quote(secret);
  const std::lock_guard lock(mutex_);
  for (const std::string& spelling :
       {std::string(secret), base64_encode(secret), base64url_encode(secret),
        percent_encode(secret), json.substr(1, json.size() - 2),
        quoted.substr(1, quoted.size() - 2)}) {
    if (std::find(spellings_.begin(), spellings_.end(), spelling) == spellings_.end()) {
      spellings_.push_back(spelling);
    }
  }
  // The longest first: a secret that contains another must not be left half visible.
  std::sort(spellings_.begin(), spellings_.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string Redactor::apply(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  std::string result(text);
  for (const std::string& spelling : spellings_) {
    if (result.find(spelling) != std::string::npos) result = replace_all(result, spelling, "***");
  }
  return result;
}

bool Redactor::empty() const {
  const std::lock_guard lock(mutex_);
  return spellings_.empty();
}

}  // namespace base

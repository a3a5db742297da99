#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Replaces secrets that the user gave us before any text leaves the process. It recognises each
/// secret in any letter case and in its other spellings: base64 and base64url (also as part of a
/// longer encoded text), percent-encoded, hexadecimal, and escaped for JSON, HTML or a shell.
/// Thread-safe.
class Redactor {
 public:
  /// A secret of fewer than four bytes is ignored: hiding it would garble every report.
  void add(std::string_view secret);
  /// `text` with every known secret replaced by `***`.
  std::string apply(std::string_view text) const;
  bool empty() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> spellings_;  ///< in lower case
};

}  // namespace base

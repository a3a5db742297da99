#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Replaces secrets that the user gave us wherever they would be shown. It knows each secret's
/// other spellings too: base64, base64url, percent-encoded, and escaped for JSON or a shell.
/// Thread-safe.
class Redactor {
 public:
  /// A secret of fewer than four bytes is not taken: hiding it would garble everything.
  void add(std::string_view secret);
  /// `text` with every known secret replaced by `***`.
  std::string apply(std::string_view text) const;
  bool empty() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> spellings_;
};

}  // namespace base

#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace bench {

/// Two classes of wrong keys that differ in nothing but how much of the secret they have.
class Classes {
 public:
  explicit Classes(std::uint64_t seed);

  const std::string& secret() const { return secret_; }
  /// The secret but for its last three characters.
  std::string near();
  /// As long and with the same public beginning, but wrong from the first secret character on.
  std::string decoy();

 private:
  std::string characters(std::size_t count);
  std::string with_random_end(const std::string& text);

  std::mt19937_64 random_;
  std::string secret_;
  std::string decoy_;
};

}  // namespace bench

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define AUTHSPEC_HAS_VALGRIND 1
#else
#define AUTHSPEC_HAS_VALGRIND 0
#endif

// Whether a comparison branches on what it compares, or uses it as an address: valgrind is told
// that the secrets are not initialised, and complains wherever the program's way depends on them.
// So this is decided, not measured. scripts/check-constant-time runs the tests of that name.

namespace base {

#if AUTHSPEC_HAS_VALGRIND

/// A text of which only the length is known.
class Undefined {
 public:
  explicit Undefined(std::string text) : text_(std::move(text)) {
    VALGRIND_MAKE_MEM_UNDEFINED(text_.data(), text_.size());
  }
  ~Undefined() { VALGRIND_MAKE_MEM_DEFINED(text_.data(), text_.size()); }
  Undefined(const Undefined&) = delete;
  Undefined& operator=(const Undefined&) = delete;
  operator std::string_view() const { return text_; }  // NOLINT(google-explicit-constructor)

 private:
  std::string text_;
};

class ConstantTime : public testing::Test {
 protected:
  void SetUp() override {
    if (RUNNING_ON_VALGRIND == 0) GTEST_SKIP() << "does not run under valgrind";
  }
  /// How often the comparison depends on what is undefined. Its result may be known.
  template <typename Compare>
  static unsigned complaints(bool wanted, const Compare& compare) {
    const unsigned before = VALGRIND_COUNT_ERRORS;
    bool result = compare();
    const unsigned after = VALGRIND_COUNT_ERRORS;
    VALGRIND_MAKE_MEM_DEFINED(&result, sizeof result);
    EXPECT_EQ(result, wanted);
    return after - before;
  }
};

#endif

}  // namespace base

#include "harness/cli/report_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "common/base/file.h"

namespace cli {
namespace {

using testing::HasSubstr;

std::string error_of(const std::vector<std::string>& values) {
  const auto files = report_files(values);
  return files ? "accepted" : files.error().message;
}

std::string place(const std::string& name) {
  return testing::TempDir() + std::to_string(::getpid()) + "-" + name;
}

TEST(ReportFile, WithoutAPathGoesToStandardOutput) {
  for (const std::string value : {"json", "json=-"}) {
    const auto files = report_files({value});
    ASSERT_TRUE(files) << files.error().message;
    EXPECT_EQ(files->front().format->name, "json");
    EXPECT_TRUE(files->front().path.empty());
    EXPECT_TRUE(uses_stdout(*files));
  }
}

TEST(ReportFile, APathMayHoldAnEqualsSign) {
  const auto path = place("a=b.json");
  const auto files = report_files({"json=" + path});
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->front().path, path);
  EXPECT_FALSE(uses_stdout(*files));
}

TEST(ReportFile, TryingAPathLeavesNothingBehind) {
  const auto path = place("untouched.json");
  ASSERT_TRUE(report_files({"json=" + path}));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ReportFile, TryingAPathLeavesWhatWasThere) {
  const auto path = place("kept.json");
  ASSERT_TRUE(base::write_file(path, "before"));
  ASSERT_TRUE(report_files({"json=" + path}));
  EXPECT_EQ(base::read_file(path).value_or(""), "before");
  std::filesystem::remove(path);
}

TEST(ReportFile, WhatIsWrongIsToldBeforeTheRun) {
  EXPECT_THAT(error_of({"jsn"}), HasSubstr("--report jsn: \"jsn\" is not a format"));
  EXPECT_THAT(error_of({"jsn"}), HasSubstr("did you mean json"));
  EXPECT_THAT(error_of({"json="}), HasSubstr("the path is missing"));
  EXPECT_THAT(error_of({"json=/nonexistent/r.json"}), HasSubstr("No such file or directory"));
  EXPECT_THAT(error_of({"json=/"}), HasSubstr("Is a directory"));
}

TEST(ReportFile, TwoReportsCannotShareAPlace) {
  const auto path = place("shared");
  EXPECT_THAT(error_of({"json", "junit"}), HasSubstr("another report goes to standard output"));
  EXPECT_THAT(error_of({"json=" + path, "html=" + path}), HasSubstr("another report goes to"));
}

TEST(ReportFile, DevicesAreWrittenToAndNotReplaced) {
  ASSERT_TRUE(report_files({"json=/dev/null", "junit=/dev/null"}));
  EXPECT_TRUE(write_report("/dev/null", "{}"));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(ReportFile, IsWrittenWhole) {
  const auto path = place("whole.json");
  ASSERT_TRUE(write_report(path, "{}\n"));
  EXPECT_EQ(base::read_file(path).value_or(""), "{}\n");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace cli

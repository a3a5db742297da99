#include "common/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "common/base/random.h"

namespace base {
namespace {

class File : public testing::Test {
 protected:
  File() : folder_(std::filesystem::temp_directory_path() / ("authspec-" + random_hex(8))) {
    std::filesystem::create_directory(folder_);
  }
  ~File() override { std::filesystem::remove_all(folder_); }
  std::string path(const char* name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

TEST_F(File, ReadsWhatItWrote) {
  ASSERT_TRUE(write_file(path("a"), "one"));
  ASSERT_TRUE(write_file(path("a"), "two"));
  EXPECT_EQ(read_file(path("a")).value(), "two");
}

TEST_F(File, SecretFilesAreForTheirOwnerAlone) {
  ASSERT_TRUE(write_file(path("key"), "x", 0600));
  struct stat info {};
  ASSERT_EQ(stat(path("key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(File, ErrorNamesThePath) {
  const auto result = read_file(path("missing"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, path("missing") + ": No such file or directory");
  EXPECT_FALSE(write_file(path("no/such/folder"), "x"));
}

TEST_F(File, FolderIsNoFile) { EXPECT_FALSE(read_file(path(""))); }

}  // namespace
}  // namespace base

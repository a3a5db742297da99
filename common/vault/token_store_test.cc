#include "common/vault/token_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/random.h"

namespace vault {
namespace {

using testing::HasSubstr;
using testing::Not;

MasterKey key_of(char c = 'k') { return *MasterKey::from_text(std::string(40, c)); }

Tokens tokens_of(const std::string& name) {
  return {.access_token = "access-" + name,
          .refresh_token = "refresh-" + name,
          .expires_at = base::Time(std::chrono::seconds{2'000'000'000}),
          .scope = "read write",
          .token_endpoint = "https://as.example/token",
          .client_id = "client",
          .client_secret = "client-secret"};
}

class Store : public testing::Test {
 protected:
  Store() : folder_(std::filesystem::temp_directory_path() / ("vault-" + base::random_hex(8))) {
    std::filesystem::create_directory(folder_);
  }
  ~Store() override { std::filesystem::remove_all(folder_); }

  std::string path(const char* name = "tokens") const { return (folder_ / name).string(); }
  TokenStore store(char key = 'k') const {
    auto opened = TokenStore::open(path(), key_of(key));
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  std::string problem(char key = 'k') const {
    const auto opened = TokenStore::open(path(), key_of(key));
    return opened ? "" : opened.error().message;
  }
  unsigned mode() const {
    struct stat info {};
    EXPECT_EQ(stat(path().c_str(), &info), 0);
    return info.st_mode & 07777;
  }
  nlohmann::json document() const { return *base::parse_json(*base::read_file(path())); }
  /// What somebody does who can write the file.
  void put_back(const std::string& text) { ASSERT_TRUE(base::write_file(path(), text, 0600)); }

  std::filesystem::path folder_;
};

TEST_F(Store, FindsWhatWasPutAlsoWhenOpenedAgain) {
  ASSERT_TRUE(store().put("alice", tokens_of("a")));
  ASSERT_TRUE(store().put("bob", tokens_of("b")));
  const auto found = store().find("alice");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->access_token, "access-a");
  EXPECT_EQ((*found)->refresh_token, "refresh-a");
  EXPECT_EQ((*found)->expires_at, base::Time(std::chrono::seconds{2'000'000'000}));
  EXPECT_EQ((*found)->scope, "read write");
  EXPECT_EQ((*found)->token_endpoint, "https://as.example/token");
  EXPECT_EQ((*found)->client_id, "client");
  EXPECT_EQ((*found)->client_secret, "client-secret");
  EXPECT_EQ((*store().find("bob"))->access_token, "access-b");
  EXPECT_EQ(*store().find("carol"), std::nullopt);
}

TEST_F(Store, KnowsItsUsersAndForgetsThemOnDemand) {
  TokenStore opened = store();
  for (const char* user : {"bob", "alice", "J\xc3\xb6rg", ""}) {
    ASSERT_TRUE(opened.put(user, tokens_of("x")));
  }
  EXPECT_THAT(*opened.users(), testing::ElementsAre("", "J\xc3\xb6rg", "alice", "bob"));
  ASSERT_TRUE(opened.remove("alice"));
  ASSERT_TRUE(opened.remove("nobody"));
  EXPECT_EQ(*opened.find("alice"), std::nullopt);
  EXPECT_EQ(opened.users()->size(), 3U);
}

TEST_F(Store, FileIsForItsOwnerAloneWhateverTheUmaskIs) {
  for (const mode_t mask : {0000U, 0022U, 0377U}) {
    std::filesystem::remove(path());
    const mode_t before = umask(mask);
    const auto put = store().put("alice", tokens_of("a"));
    umask(before);
    ASSERT_TRUE(put) << put.error().message;
    EXPECT_EQ(mode(), 0600U);
  }
}

TEST_F(Store, FileThatOthersCanReadIsRefused) {
  ASSERT_TRUE(store().put("alice", tokens_of("a")));
  ASSERT_EQ(chmod(path().c_str(), 0640), 0);
  EXPECT_THAT(problem(), HasSubstr(path() + ": has mode 0640"));
  EXPECT_THAT(problem(), HasSubstr("chmod 600"));
}

TEST_F(Store, NeitherTokensNorUsersCanBeReadFromTheFile) {
  ASSERT_TRUE(store().put("alice", tokens_of("a")));
  const std::string text = *base::read_file(path());
  for (const std::string secret :
       {"alice", "access-a", "refresh-a", "client-secret", "as.example"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
    EXPECT_THAT(text, Not(HasSubstr(base::base64url_encode(secret))));
  }
}

TEST_F(Store, WrongKeyIsCalledThat) {
  ASSERT_TRUE(store('k').put("alice", tokens_of("a")));
  EXPECT_EQ(problem('K'), path() + ": the token store was written with another encryption key");
  EXPECT_EQ(problem('k'), "");
}

TEST_F(Store, EveryKindOfTamperingIsNoticed) {
  ASSERT_TRUE(store().put("alice", tokens_of("a")));
  ASSERT_TRUE(store().put("bob", tokens_of("b")));
  const nlohmann::json good = document();
  const std::string one = good["entries"].begin().key();
  const std::string other = std::next(good["entries"].begin()).key();

  std::vector<nlohmann::json> tampered(5, good);
  std::swap(tampered[0]["entries"][one], tampered[0]["entries"][other]);
  tampered[1]["entries"].erase(one);
  tampered[2]["entries"]["bmV3"] = good["entries"][one];
  std::string changed = *base::base64url_decode(good["entries"][one].get<std::string>());
  changed[20] = static_cast<char>(changed[20] ^ 1);
  tampered[3]["entries"][one] = base::base64url_encode(changed);
  tampered[4].erase("seal");
  for (const auto& text : tampered) {
    put_back(base::dump(text));
    EXPECT_THAT(problem(), HasSubstr(path() + ": the token store was changed or damaged"));
  }
  put_back(base::dump(good));
  EXPECT_EQ(problem(), "");
}

TEST_F(Store, EveryTruncatedFileIsNoticed) {
  ASSERT_TRUE(store().put("alice", tokens_of("a")));
  const std::string text = *base::read_file(path());
  // The last byte is a line feed, which nobody misses.
  for (std::size_t size = 0; size + 1 < text.size(); size += 7) {
    put_back(text.substr(0, size));
    EXPECT_THAT(problem(), HasSubstr("changed or damaged")) << size;
  }
}

TEST_F(Store, NothingIsWrittenOverAFileThatCannotBeRead) {
  ASSERT_TRUE(store().put("alice", tokens_of("a")));
  TokenStore opened = store();
  put_back("{}");
  EXPECT_FALSE(opened.put("bob", tokens_of("b")));
  EXPECT_FALSE(opened.remove("alice"));
  EXPECT_EQ(*base::read_file(path()), "{}");
}

TEST_F(Store, LinksAndPipesAreRefusedAtOnce) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  ASSERT_EQ(symlink("pipe", path("link").c_str()), 0);
  EXPECT_THAT(TokenStore::open(path("pipe"), key_of()).error().message,
              HasSubstr("not a regular file"));
  EXPECT_THAT(TokenStore::open(path("link"), key_of()).error().message, HasSubstr("symbolic link"));
}

TEST_F(Store, FailedChangeLeavesWhatWasThere) {
  TokenStore opened = store();
  ASSERT_TRUE(opened.put("alice", tokens_of("a")));
  const auto updated = opened.update(
      "alice", [](const auto&) { return base::fail("no"); },
      base::Deadline::after(std::chrono::seconds{5}));
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().message, "no");
  EXPECT_EQ((*opened.find("alice"))->access_token, "access-a");
}

TEST_F(Store, WritersTakeTurns) {
  constexpr int kWriters = 4;
  constexpr int kRounds = 25;
  std::vector<std::jthread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&] {
      TokenStore opened = store();
      for (int round = 0; round < kRounds; ++round) {
        const auto add_one = [](const std::optional<Tokens>& old) -> base::Result<Tokens> {
          return Tokens{.access_token = std::to_string(old ? std::stoi(old->access_token) + 1 : 1)};
        };
        const auto done =
            opened.update("all", add_one, base::Deadline::after(std::chrono::seconds{60}));
        EXPECT_TRUE(done) << done.error().message;
      }
    });
  }
  threads.clear();
  EXPECT_EQ((*store().find("all"))->access_token, std::to_string(kWriters * kRounds));
}

TEST_F(Store, WhoeverWaitsForTheLockGivesUpAtTheDeadline) {
  const GuardedFile file(path());
  const auto held = file.lock(base::Deadline::after(std::chrono::seconds{5}));
  ASSERT_TRUE(held);
  TokenStore opened = store();
  const auto update = opened.update(
      "alice", [](const auto&) { return tokens_of("a"); },
      base::Deadline::after(std::chrono::milliseconds{20}));
  ASSERT_FALSE(update);
  EXPECT_THAT(update.error().message, HasSubstr("locked"));
}

/// Writes numbers that grow, says each one that is written, until it is killed.
[[noreturn]] void write_for_ever(const std::string& path, int said, int first) {
  auto store = TokenStore::open(path, key_of());
  if (!store) _exit(2);
  for (int number = first;; ++number) {
    Tokens tokens = tokens_of(std::to_string(number));
    tokens.scope = std::string(20'000, 's');  // long enough for a write to be interrupted
    if (!store->put("alice", tokens) || write(said, &number, sizeof number) != sizeof number) {
      _exit(3);
    }
  }
}

TEST_F(Store, NothingIsLostWhenWritersAreKilled) {
  ASSERT_TRUE(store().put("bob", tokens_of("b")));
  int last = 0;
  for (int round = 0; round < 40; ++round) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_for_ever(path(), ends[1], last + 1);
    close(ends[1]);
    // After a different number of writes each time, so somewhere in the next one.
    for (int i = 0; i <= round % 4; ++i) {
      int number = 0;
      ASSERT_EQ(read(ends[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
      last = number;
    }
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
    int number = 0;
    while (read(ends[0], &number, sizeof number) == static_cast<ssize_t>(sizeof number)) {
      last = number;
    }
    close(ends[0]);

    const auto found = store().find("alice");
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(*found);
    const int stored = std::stoi((*found)->access_token.substr(7));
    EXPECT_TRUE(stored == last || stored == last + 1) << stored << " after " << last;
    EXPECT_EQ((*found)->refresh_token, "refresh-" + std::to_string(stored));
    EXPECT_EQ((*found)->scope.size(), 20'000U);
    EXPECT_EQ((*store().find("bob"))->access_token, "access-b");
    EXPECT_EQ(mode(), 0600U);
    last = stored;
  }
  // What killed writers left does not pile up: the store, its lock, and at most one unfinished.
  const std::filesystem::directory_iterator files(folder_);
  EXPECT_LE(std::distance(begin(files), end(files)), 3);
  // And the next one writes as if nothing had been.
  EXPECT_TRUE(store().put("carol", tokens_of("c")));
}

}  // namespace
}  // namespace vault

#include "mock-idp/idp/journal.h"

#include <gtest/gtest.h>

#include <thread>

namespace idp {
namespace {

using namespace std::chrono_literals;

Entry asked(std::string endpoint) {
  Entry entry;
  entry.endpoint = std::move(endpoint);
  return entry;
}

bool is_jwks(const Entry& entry) { return entry.endpoint == "jwks"; }

TEST(Journal, NumbersEntriesFromOneWithoutGaps) {
  Journal journal;
  journal.add(asked("jwks"));
  journal.add(asked("token"));
  const auto entries = journal.entries();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].sequence, 1u);
  EXPECT_EQ(entries[1].sequence, 2u);
  EXPECT_EQ(journal.last_sequence(), 2u);
}

TEST(Journal, CountsAndGivesWhatMatches) {
  Journal journal;
  journal.add(asked("jwks"));
  journal.add(asked("token"));
  journal.add(asked("jwks"));
  EXPECT_EQ(journal.count(is_jwks), 2u);
  EXPECT_EQ(journal.entries(is_jwks).size(), 2u);
  EXPECT_EQ(journal.count({}), 3u);
}

TEST(Journal, DropsTheOldestAndCountsThem) {
  Journal journal(2);
  for (int i = 0; i < 5; ++i) journal.add(asked("jwks"));
  EXPECT_EQ(journal.entries().front().sequence, 4u);
  EXPECT_EQ(journal.dropped(), 3u);
  EXPECT_EQ(journal.last_sequence(), 5u);
}

TEST(Journal, WaitEndsAsSoonAsEnoughEntriesMatch) {
  Journal journal;
  std::thread client([&] {
    journal.add(asked("token"));
    journal.add(asked("jwks"));
  });
  EXPECT_TRUE(journal.wait(is_jwks, 1, base::Deadline::after(10s)));
  client.join();
}

TEST(Journal, WaitEndsAtItsDeadline) {
  const Journal journal;
  EXPECT_FALSE(journal.wait(is_jwks, 1, base::Deadline::after(0ms)));
  EXPECT_TRUE(journal.wait(is_jwks, 0, base::Deadline::after(0ms)));
}

}  // namespace
}  // namespace idp

#include <gtest/gtest.h>

#include "harness/run/run.h"

namespace run {
namespace {

const check::Suite cases{"claims",
                         {check::Mode::oauth},
                         {{.id = "expired"}, {.id = "expired-now"}, {.id = "aud-other"}}};
const check::Suite more{"signature", {check::Mode::oauth}, {{.id = "wrong-key"}}};

std::vector<std::string> ids(const base::Result<std::vector<check::Case>>& selected) {
  if (!selected) return {"error: " + selected.error().message};
  std::vector<std::string> result;
  for (const auto& one : *selected) result.push_back(one.id);
  return result;
}

using Ids = std::vector<std::string>;

TEST(Select, EverythingByDefault) { EXPECT_EQ(ids(select({}, {}, {})).size(), 4U); }

TEST(Select, GlobsChooseSuitesAndCases) {
  EXPECT_EQ(ids(select({"sig*"}, {}, {})), Ids{"signature.wrong-key"});
  EXPECT_EQ(ids(select({}, {"claims.exp*"}, {})), (Ids{"claims.expired", "claims.expired-now"}));
  EXPECT_EQ(ids(select({"claims"}, {}, {"*.expired*"})), Ids{"claims.aud-other"});
}

TEST(Select, AGlobThatMatchesNothingIsNamedWithNearMisses) {
  EXPECT_EQ(ids(select({}, {"claims.expird"}, {})),
            Ids{"error: no case matches \"claims.expird\"; did you mean claims.expired?"});
  EXPECT_EQ(ids(select({"signatur"}, {}, {})),
            Ids{"error: no suite matches \"signatur\"; did you mean signature?"});
  EXPECT_EQ(ids(select({}, {}, {"zzz"})), Ids{"error: no case to skip matches \"zzz\""});
  EXPECT_EQ(ids(select({}, {"wrong-key"}, {})),
            Ids{"error: no case matches \"wrong-key\"; did you mean signature.wrong-key?"});
}

TEST(Select, AnEmptySelectionIsAnError) {
  EXPECT_EQ(ids(select({"claims"}, {"signature.*"}, {})),
            Ids{"error: the selection leaves no case to run"});
  EXPECT_EQ(ids(select({}, {}, {"*"})), Ids{"error: the selection leaves no case to run"});
}

}  // namespace
}  // namespace run

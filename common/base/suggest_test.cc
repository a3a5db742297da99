#include "common/base/suggest.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Suggest, NamesTheNearestFirst) {
  EXPECT_EQ(suggestion("claims.expird", {"claims.expired-now", "claims.exp", "claims.expired"}),
            "; did you mean claims.expired or claims.exp?");
}

TEST(Suggest, SwappedNeighboursAreOneMistake) {
  EXPECT_EQ(suggestion("rnu", {"run", "idp"}), "; did you mean run?");
}

TEST(Suggest, APartOfAWordMeansTheWord) {
  EXPECT_EQ(suggestion("wrong-key", {"signature.wrong-key", "signature.alg-none"}),
            "; did you mean signature.wrong-key?");
}

TEST(Suggest, SaysNothingWhereNothingIsNear) { EXPECT_EQ(suggestion("zzzz", {"run", "idp"}), ""); }

}  // namespace
}  // namespace base

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "common/http/client.h"
#include "mock-idp/idp/mock_idp.h"
#include "mock-idp/idp/page_assets.h"

namespace idp {
namespace {

class PageTest : public testing::Test {
 protected:
  http::ClientResponse get(std::string path, std::string accept = "text/html") const {
    const auto response = http::fetch(
        {.url = idp_.origin() + path, .headers = {{"Accept", std::move(accept)}}}, deadline());
    EXPECT_TRUE(response) << response.error().message;
    return response ? *response : http::ClientResponse{};
  }
  static base::Deadline deadline() { return base::Deadline::after(std::chrono::seconds(10)); }

  MockIdp idp_;
};

/// What one file of the page names of the others.
std::set<std::string> references(const std::string& text) {
  static const std::regex reference(R"re((?:src|href)="(/[^"]*)"|from "\.(/[^"]*)")re");
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), reference), end; at != end; ++at) {
    found.insert((*at)[1].matched ? (*at)[1].str() : "/_page" + (*at)[2].str());
  }
  return found;
}

TEST_F(PageTest, EveryFileIsServedAsWhatItIsAndUnderAStrictPolicy) {
  for (const PageAsset& asset : page_assets()) {
    const http::ClientResponse response = get(std::string(asset.path));
    EXPECT_EQ(response.status, 200) << asset.path;
    EXPECT_EQ(response.body, *asset.bytes);
    EXPECT_EQ(*base::find_header(response.headers, "Content-Type"), asset.type);
    EXPECT_EQ(*base::find_header(response.headers, "X-Content-Type-Options"), "nosniff");
    const std::string& policy = *base::find_header(response.headers, "Content-Security-Policy");
    EXPECT_EQ(policy.find("default-src 'none'; "), 0u);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  }
}

TEST_F(PageTest, ItsFilesNameEachOtherAndNobodyElse) {
  std::set<std::string> named = {"/"};
  std::set<std::string> served;
  for (const PageAsset& asset : page_assets()) {
    served.emplace(asset.path);
    const std::string text(*asset.bytes);
    named.merge(references(text));
    EXPECT_FALSE(std::regex_search(text, std::regex("<[a-z]+[^>]* (style|on[a-z]+)=")))
        << asset.path << " has an inline style or handler";
  }
  EXPECT_EQ(named, served);
}

TEST_F(PageTest, WhoeverIsNoBrowserGetsText) {
  const http::ClientResponse response = get("/", "*/*");
  EXPECT_NE(response.body.find(idp_.origin() + "/i/main"), std::string::npos);
  EXPECT_EQ(response.body.find('<'), response.body.find("<name>"));
  EXPECT_EQ(*base::find_header(response.headers, "Vary"), "Accept");
}

TEST_F(PageTest, ItsFilesAreNotJournaledAndOthersAreNotThere) {
  EXPECT_EQ(get("/_page/main.js").status, 200);
  EXPECT_EQ(get("/_page/../page_assets.cc").status, 404);
  EXPECT_EQ(get("/_page/").status, 404);
  EXPECT_EQ(idp_.journal().last_sequence(), 0u);
  EXPECT_EQ(get("/").status, 200);
  EXPECT_EQ(idp_.journal().last_sequence(), 1u);
}

}  // namespace
}  // namespace idp

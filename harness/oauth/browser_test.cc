#include "harness/oauth/browser.h"

#include <gtest/gtest.h>

#include <deque>

namespace oauth {
namespace {

constexpr char kGoal[] = "http://127.0.0.1:7/cb";

/// Answers in turn, and keeps what was asked.
struct Script {
  std::deque<wire::Response> answers;
  std::vector<std::pair<std::string, wire::Request>> asked;

  Ask ask() {
    return [this](const base::Url& url, wire::Request request) {
      asked.emplace_back(url.origin() + request.target, request);
      wire::Exchange exchange;
      if (answers.empty()) {
        exchange.failure = wire::Failure::refused;
        exchange.failure_text = "connection refused";
        return exchange;
      }
      exchange.response = answers.front();
      answers.pop_front();
      return exchange;
    };
  }
  void redirect(std::string to, std::string cookie = {}) {
    wire::Response response{.status = 302, .headers = {{"Location", std::move(to)}}};
    if (!cookie.empty()) response.headers.push_back({"Set-Cookie", std::move(cookie)});
    answers.push_back(std::move(response));
  }
  void page(std::string body) { answers.push_back({.status = 200, .body = std::move(body)}); }
  std::string cookie(std::size_t which) const {
    const auto* value = base::find_header(asked.at(which).second.headers, "Cookie");
    return value == nullptr ? "" : *value;
  }
};

TEST(Browser, FollowsRedirectsToTheGoalAndReadsItsParameters) {
  Script script;
  script.redirect("/next?x=1");
  script.redirect(std::string(kGoal) + "?code=a%20b&state=s");
  Browser browser(script.ask());
  const Visit visit = browser.visit("http://host.example/start", kGoal);
  EXPECT_TRUE(visit.arrived);
  EXPECT_EQ(visit.parameter("code"), "a b");
  EXPECT_EQ(script.asked.at(1).first, "http://host.example/next?x=1");
  EXPECT_EQ(script.asked.size(), 2u) << "the goal itself is not asked";
}

TEST(Browser, AgreesOnPagesAndNeverDenies) {
  Script script;
  script.page(R"(<form method=post action="go"><input type=hidden name=t value=1>
                 <button name=d value=deny>Deny</button><button name=d value=ok>Allow</button>)");
  script.redirect(std::string(kGoal) + "?code=x");
  Browser browser(script.ask());
  const Visit visit = browser.visit("http://host.example/a/start", kGoal);
  EXPECT_TRUE(visit.arrived) << visit.problem;
  EXPECT_EQ(visit.pages.size(), 1u);
  EXPECT_EQ(script.asked.at(1).first, "http://host.example/a/go");
  EXPECT_EQ(script.asked.at(1).second.body, "t=1&d=ok");
}

TEST(Browser, SendsCookiesBackToTheirHostAndPathOnly) {
  Script script;
  script.redirect("http://host.example/a/b", "s=1; Path=/a; HttpOnly");
  script.redirect("http://host.example/c");
  script.redirect("http://other.example/a");
  script.redirect(kGoal);
  Browser browser(script.ask());
  browser.visit("http://host.example/", kGoal);
  EXPECT_EQ(script.cookie(1), "s=1");
  EXPECT_EQ(script.cookie(2), "");
  EXPECT_EQ(script.cookie(3), "");
}

TEST(Browser, SaysWhereItDidNotGetOn) {
  Script script;
  script.page("<p>nothing to press</p>");
  Browser browser(script.ask());
  const Visit page = browser.visit("http://host.example/x?secret=1", kGoal);
  EXPECT_FALSE(page.arrived);
  EXPECT_EQ(page.problem, "http://host.example/x answers 200 and leads nowhere");
  const Visit nobody = browser.visit("http://host.example/", kGoal);
  EXPECT_EQ(nobody.problem, "http://host.example/: connection refused");
}

TEST(Browser, ThereIsAnEndToRedirects) {
  Script script;
  for (int i = 0; i < 100; ++i) script.redirect("/again");
  Browser browser(script.ask());
  EXPECT_EQ(browser.visit("http://host.example/", kGoal).problem,
            "there is no end to the redirects");
  EXPECT_LT(script.asked.size(), 30u);
}

TEST(Browser, TheGoalIsComparedUpToItsQuery) {
  Script script;
  script.redirect("http://127.0.0.1:7/cb/more?code=x");
  Browser browser(script.ask());
  EXPECT_FALSE(browser.visit("http://host.example/", kGoal).arrived);
}

TEST(Resolve, FollowsTheRulesOfReferences) {
  const std::string page = "http://h.example/a/b?c=d";
  EXPECT_EQ(resolve(page, ""), page);
  EXPECT_EQ(resolve(page, "x"), "http://h.example/a/x");
  EXPECT_EQ(resolve(page, "/x"), "http://h.example/x");
  EXPECT_EQ(resolve(page, "?x"), "http://h.example/a/b?x");
  EXPECT_EQ(resolve(page, "//o.example/x"), "http://o.example/x");
  EXPECT_EQ(resolve(page, "https://o.example/"), "https://o.example/");
  EXPECT_EQ(resolve(page, "app:/x"), "app:/x");
}

TEST(Browser, WritesNameAndPasswordOfItsPerson) {
  Script script;
  script.page(
      R"(<form method="post"><input name="user"><input type="password" name="pw"><button>Go)");
  script.redirect(std::string(kGoal) + "?code=x");
  Browser browser(script.ask());
  const Visit visit = browser.visit("http://host.example/login", kGoal,
                                    agreeing({.user = "bob", .password = "secret words"}));
  EXPECT_TRUE(visit.arrived);
  EXPECT_EQ(script.asked.at(1).second.body, "user=bob&pw=secret%20words");
}

}  // namespace
}  // namespace oauth

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/oauth/ask.h"
#include "harness/oauth/html_form.h"

namespace oauth {

/// A page that a person would have seen.
struct Page {
  std::string url;
  wire::Exchange exchange;
  std::vector<Form> forms;
};

/// Where a journey through redirects and pages ended.
struct Visit {
  bool arrived = false;     ///< at the redirect URI
  std::string url;          ///< the last one; with its parameters where it arrived
  base::FormFields answer;  ///< the parameters of the query, else of the fragment
  std::vector<Page> pages;  ///< on the way
  wire::Exchange last;      ///< the response that ended it
  std::string problem;      ///< why it did not arrive, in words
  std::string parameter(std::string_view name) const;
  bool has(std::string_view name) const;
};

/// What to do on a page: the form that is sent, filled in; nothing ends the visit there.
using Decide = std::function<std::optional<Form>(const Page& page)>;

/// Whom the browser is for.
struct Person {
  std::string user = "alice";
  std::string password = "mcp-authspec";
};

/// Agrees: presses the first button that does not say no, and writes the person's name, or the
/// password, where somebody has to write something.
Decide agreeing(Person person = {});

/// A browser without a person in front of it: follows redirects, keeps cookies, sends forms. It
/// runs no scripts. What a hostile server can do is bounded: so many hops, so many cookies.
class Browser {
 public:
  explicit Browser(Ask ask) : ask_(std::move(ask)) {}

  /// Goes to `url` and on, until somebody redirects to `goal` (compared up to its query) or a page
  /// has no way on.
  Visit visit(const std::string& url, const std::string& goal, const Decide& decide = agreeing());
  /// The same from a form on.
  Visit visit_by_form(const std::string& page_url, const Form& form, const std::string& goal,
                      const Decide& decide = agreeing());
  /// One request with our cookies, following nothing.
  wire::Exchange open(const std::string& url);
  wire::Exchange submit(const std::string& page_url, const Form& form);

  /// Forgets all cookies.
  void clear() { cookies_.clear(); }

 private:
  Visit follow(std::string url, wire::Exchange answer, const std::string& goal,
               const Decide& decide);
  wire::Exchange send(const std::string& url, wire::Request request);
  void add_cookies(const base::Url& url, wire::Request& request) const;
  void keep_cookies(const base::Url& url, const wire::Exchange& exchange);

  Ask ask_;
  std::map<std::string, std::string> cookies_;  ///< by host, path and name
};

/// `reference` as seen from `page` (RFC 3986, section 5, for http URLs).
std::string resolve(const std::string& page, const std::string& reference);

}  // namespace oauth

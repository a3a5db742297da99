#include "harness/oauth/browser.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/text.h"

namespace oauth {
namespace {

constexpr int kMaxHops = 20;
constexpr std::size_t kMaxCookies = 100;

/// Words on buttons that lead back instead of on.
constexpr std::array kNo = {"deny", "cancel", "no", "decline", "reject", "back", "abort", "refuse"};

bool says_no(const Button& button) {
  for (const std::string* text : {&button.name, &button.value, &button.label}) {
    const std::string lower = base::to_lower(*text);
    for (const std::string& word : base::words(base::replace_all(lower, "\n", " "))) {
      if (std::find(kNo.begin(), kNo.end(), word) != kNo.end()) return true;
    }
  }
  return false;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Whether a URL is the goal with other parameters.
bool leads_to(const std::string& url, const std::string& goal) {
  return url.substr(0, url.find_first_of("?#")) == goal.substr(0, goal.find_first_of("?#"));
}

base::FormFields parameters_of(const std::string& url) {
  const std::size_t hash = url.find('#');
  const std::string front = url.substr(0, hash);
  const std::size_t mark = front.find('?');
  base::FormFields fields;
  if (mark != std::string::npos) fields = base::parse_form(front.substr(mark + 1));
  if (hash == std::string::npos) return fields;
  for (auto& field : base::parse_form(url.substr(hash + 1))) fields.push_back(std::move(field));
  return fields;
}

std::string without_query(const std::string& url) { return url.substr(0, url.find_first_of("?#")); }

}  // namespace

std::string Visit::parameter(std::string_view name) const {
  for (const auto& [field, value] : answer) {
    if (field == name) return value;
  }
  return {};
}

bool Visit::has(std::string_view name) const {
  return std::any_of(answer.begin(), answer.end(),
                     [&](const auto& field) { return field.first == name; });
}

Decide agreeing(Person person) {
  return [person = std::move(person)](const Page& page) -> std::optional<Form> {
    for (Form form : page.forms) {
      const auto yes = std::find_if(form.buttons.begin(), form.buttons.end(),
                                    [](const Button& button) { return !says_no(button); });
      if (yes == form.buttons.end() && !form.buttons.empty()) continue;
      for (const std::string& name : form.empty_fields) {
        const bool secret = base::contains(form.passwords, name);
        form.fields.emplace_back(name, secret ? person.password : person.user);
      }
      if (yes != form.buttons.end() && !yes->name.empty()) {
        form.fields.emplace_back(yes->name, yes->value);
      }
      return form;
    }
    return std::nullopt;
  };
}

std::string resolve(const std::string& page, const std::string& reference) {
  if (reference.empty()) return page;
  const std::size_t colon = reference.find(':');
  const std::size_t special = reference.find_first_of("/?#");
  if (colon != std::string::npos && colon < special) return reference;
  const auto url = base::parse_url(page);
  if (!url) return reference;
  if (reference.rfind("//", 0) == 0) return url->scheme + ":" + reference;
  if (reference[0] == '/') return url->origin() + reference;
  if (reference[0] == '?') return url->origin() + url->path + reference;
  if (reference[0] == '#') return page;
  return url->origin() + url->path.substr(0, url->path.rfind('/') + 1) + reference;
}

wire::Exchange Browser::send(const std::string& url, wire::Request request) {
  const Ask with_cookies = [this](const base::Url& place, wire::Request asked) {
    add_cookies(place, asked);
    asked.headers.push_back({"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"});
    wire::Exchange exchange = ask_(place, std::move(asked));
    keep_cookies(place, exchange);
    return exchange;
  };
  return oauth::send(with_cookies, url, std::move(request));
}

void Browser::add_cookies(const base::Url& url, wire::Request& request) const {
  std::string cookies;
  for (const auto& [key, value] : cookies_) {
    const std::size_t first = key.find('\n');
    const std::size_t second = key.find('\n', first + 1);
    const std::string path = key.substr(first + 1, second - first - 1);
    if (key.substr(0, first) != url.host || url.path.rfind(path, 0) != 0) continue;
    cookies += (cookies.empty() ? "" : "; ") + key.substr(second + 1) + "=" + value;
  }
  if (!cookies.empty()) request.headers.push_back({"Cookie", cookies});
}

/// Cookies are kept by host, whatever the port (RFC 6265, section 8.5), and path.
void Browser::keep_cookies(const base::Url& url, const wire::Exchange& exchange) {
  if (!exchange.response) return;
  for (const std::string& field : base::all_headers(exchange.response->headers, "Set-Cookie")) {
    const auto parts = base::split(field, ';');
    const std::size_t equals = parts.empty() ? std::string::npos : parts[0].find('=');
    if (equals == std::string::npos || cookies_.size() >= kMaxCookies) continue;
    std::string path = url.path.substr(0, std::max<std::size_t>(url.path.rfind('/'), 1));
    for (const std::string& part : parts) {
      const std::string_view attribute = base::trim(part);
      if (base::to_lower(attribute.substr(0, 6)) == "path=/") path = attribute.substr(5);
    }
    const std::string name(base::trim(std::string_view(parts[0]).substr(0, equals)));
    cookies_[url.host + "\n" + path + "\n" + name] =
        std::string(base::trim(std::string_view(parts[0]).substr(equals + 1)));
  }
}

wire::Exchange Browser::open(const std::string& url) { return send(url, {}); }

wire::Exchange Browser::submit(const std::string& page_url, const Form& form) {
  const std::string url = resolve(page_url, form.action);
  const std::string fields = base::encode_form(form.fields);
  if (form.method != "post") return send(without_query(url) + "?" + fields, {});
  wire::Request request;
  request.method = "POST";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  if (const auto page = base::parse_url(page_url)) {
    request.headers.push_back({"Origin", page->origin()});
  }
  request.body = fields;
  return send(url, std::move(request));
}

Visit Browser::visit(const std::string& url, const std::string& goal, const Decide& decide) {
  return follow(url, open(url), goal, decide);
}

Visit Browser::visit_by_form(const std::string& page_url, const Form& form, const std::string& goal,
                             const Decide& decide) {
  return follow(resolve(page_url, form.action), submit(page_url, form), goal, decide);
}

Visit Browser::follow(std::string url, wire::Exchange answer, const std::string& goal,
                      const Decide& decide) {
  Visit visit;
  visit.url = std::move(url);
  visit.last = std::move(answer);
  for (int hop = 0; hop < kMaxHops; ++hop) {
    if (!visit.last.response) {
      visit.problem = fmt::format("{}: {}", without_query(visit.url), visit.last.failure_text);
      return visit;
    }
    const wire::Response& response = *visit.last.response;
    const std::string* const location = response.header("Location");
    if (is_redirect(response.status) && location != nullptr) {
      visit.url = resolve(visit.url, *location);
      if (leads_to(visit.url, goal)) {
        visit.arrived = true;
        visit.answer = parameters_of(visit.url);
        return visit;
      }
      visit.last = open(visit.url);
      continue;
    }
    Page page{visit.url, visit.last, read_forms(response.body)};
    const auto form = response.status < 400 ? decide(page) : std::nullopt;
    visit.pages.push_back(page);
    if (!form) {
      visit.problem =
          fmt::format("{} answers {} and leads nowhere", without_query(visit.url), response.status);
      return visit;
    }
    visit.last = submit(page.url, *form);
    visit.url = resolve(page.url, form->action);
  }
  visit.problem = "there is no end to the redirects";
  return visit;
}

}  // namespace oauth

#include "harness/check/second_caller.h"

#include <string>
#include <vector>

#include "common/base/text.h"
#include "harness/check/declared.h"

namespace check {
namespace {

/// Our login page has a button for each user, and the control is the first of them.
std::optional<oauth::Form> as_the_last_user(oauth::Page page) {
  for (oauth::Form& form : page.forms) {
    std::vector<oauth::Button> users;
    for (const oauth::Button& button : form.buttons) {
      if (button.name == "user") users.push_back(button);
    }
    if (users.size() > 1) form.buttons = {users.back()};
  }
  return oauth::agreeing()(page);
}

/// The control's client, with another person in front of the browser.
std::optional<Credential> logged_in(Probe& probe) {
  Context& context = probe.context();
  const oauth::Session* login = context.login();
  // Only on our own pages anybody may come along.
  if (login == nullptr || !probe.target().spawned) return std::nullopt;
  const oauth::Ask sender = [&](const base::Url& url, wire::Request request) {
    return context.ask(url, std::move(request));
  };
  const auto tokens = oauth::authorize(sender, login->server, login->client,
                                       base::join(probe.target().scopes, " "), as_the_last_user);
  if (!tokens || tokens->access_token.empty()) return std::nullopt;
  return probe.carry(tokens->access_token);
}

}  // namespace

Modes with_second_caller() {
  Modes list = modes::issued();
  list.push_back(Mode::api_key);
  return list;
}

std::optional<Credential> credential_of_another(Probe& probe, std::string_view subject) {
  Context& context = probe.context();
  if (context.options().supplied.given()) return std::nullopt;
  if (context.calibration().accepted) return probe.carry(probe.mint(probe.good_for(subject)));
  const Mode mode = probe.target().mode;
  if (mode == Mode::oauth_proxy) return logged_in(probe);
  const Secrets& secrets = context.options().secrets;
  const bool may_have_keys = mode == Mode::api_key && probe.target().spawned;
  if (!may_have_keys || secrets.second_api_key.empty()) return std::nullopt;
  if (!base::contains(declared(probe).api_keys, "several")) return std::nullopt;
  return probe.carry(secrets.second_api_key);
}

}  // namespace check

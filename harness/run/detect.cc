#include "harness/run/detect.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/run/look.h"
#include "harness/run/lookout.h"

namespace run {
namespace {

using check::Mode;
using check::Modes;

/// What is typical of which modes; of several that are seen the first comes first.
struct Hint {
  bool (*seen)(const Shown& shown);
  Modes modes;
};

const std::vector<Hint>& hints() {
  static const std::vector<Hint> list = {
      {[](const Shown& shown) { return shown.stdio && shown.argument && shown.argument->is_jwt; },
       {Mode::stdio_jwt, Mode::stdio_argument}},
      {[](const Shown& shown) { return shown.stdio && shown.argument.has_value(); },
       {Mode::stdio_argument, Mode::stdio_jwt}},
      {[](const Shown& shown) { return shown.stdio && shown.needs_variable; }, {Mode::stdio_env}},
      {[](const Shown& shown) { return !shown.stdio && !shown.refused && shown.argument; },
       {Mode::in_band}},
      // A tool that was not run without the argument for credentials is protected by it.
      {[](const Shown& shown) {
         const bool protects = shown.argument && shown.called == false;
         return !shown.stdio && !shown.refused && !protects;
       },
       {Mode::none}},
      {[](const Shown& shown) { return shown.basic; }, {Mode::basic}},
      {[](const Shown& shown) { return shown.key && !shown.bearer; }, {Mode::api_key}},
      {[](const Shown& shown) { return shown.own_login; }, {Mode::oauth_proxy}},
      {[](const Shown& shown) { return shown.metadata; },
       {Mode::oauth, Mode::introspection, Mode::userinfo}},
      // Of what signs, the private key comes first: a careless server may take any HMAC.
      {[](const Shown& shown) { return shown.bearer; },
       {Mode::bearer, Mode::jwt_key, Mode::jwt_shared, Mode::introspection, Mode::userinfo}},
      {[](const Shown& shown) { return shown.key; }, {Mode::api_key}},
  };
  return list;
}

void add_new(Modes& list, const Modes& more) {
  for (const Mode mode : more) {
    if (!check::modes::contains(list, mode)) list.push_back(mode);
  }
}

void keep(Modes& list, const Modes& allowed) {
  std::erase_if(list, [&](Mode mode) { return !check::modes::contains(allowed, mode); });
}

std::string names(const Modes& modes) {
  std::vector<std::string> list;
  for (const Mode mode : modes) list.emplace_back(check::to_string(mode));
  return base::join(list, ", ");
}

/// The alg of a JWT's header; empty for anything else.
std::string algorithm_of(std::string_view token) {
  if (std::count(token.begin(), token.end(), '.') != 2) return {};
  const auto header = base::base64url_decode(token.substr(0, token.find('.')));
  const auto members = header ? base::parse_json(*header) : base::fail("no base64url");
  return members ? base::text_member(*members, "alg") : "";
}

/// Modes whose good credential a server cannot know that we did not start: random secrets.
Modes known_to_strangers() {
  return {Mode::none, Mode::jwt_key, Mode::oauth, Mode::introspection, Mode::userinfo};
}

/// The rest of what happened, by the mode that was found.
std::string acceptance(Mode mode, const Shown& shown, const Asked& asked) {
  const std::string argument = shown.argument ? shown.argument->argument : "";
  switch (mode) {
    case Mode::none:
      return "no request needs credentials";
    case Mode::bearer:
      return "a fixed token of ours was accepted";
    case Mode::api_key:
      return "a key of ours was accepted in its header field";
    case Mode::basic:
      return "user and password of ours were accepted";
    case Mode::jwt_shared:
      return "a JWT of ours, signed with the shared secret, was accepted";
    case Mode::jwt_key:
      return "a JWT of ours was accepted, and our keys were never fetched";
    case Mode::oauth:
      return asked.keys == 0 ? "a JWT of ours was accepted"
                             : fmt::format(
                                   "a JWT of ours was accepted, and our keys were fetched "
                                   "{}",
                                   asked.keys == 1 ? "once" : "more than once");
    case Mode::introspection:
      return "a token of ours was accepted after a question to the introspection endpoint";
    case Mode::userinfo:
      return "a token of ours was accepted after a question to the userinfo endpoint";
    case Mode::oauth_proxy:
      return "a login through it gave a token that it accepts";
    case Mode::stdio_env:
      return "a tool is run where the process has our key in its environment, and only there";
    default:
      return fmt::format("a tool is run with our credential in `{}`", argument);
  }
}

/// One search.
class Search {
 public:
  Search(const Unknown& target, idp::MockIdp& provider, idp::MockIdp& rogue)
      : target_(target), provider_(provider), rogue_(rogue) {}

  Detected run() {
    const auto settings = target_.settings(target_.stdio ? Mode::stdio_env : Mode::none);
    own_ = settings.spawned;
    supplied_ = settings.supplied;
    shown_ = look(settings, provider_.issuer().url());
    if (target_.stdio) found_.mode = Mode::stdio_env;
    if (!shown_.problem.empty() && !shown_.refused) return failed(shown_.problem);
    const Modes likely = hinted(shown_);
    if (!likely.empty()) found_.mode = likely.front();
    for (const Mode mode : candidates(likely)) {
      if (target_.stop()) return failed("the run was interrupted");
      if (accepts(mode)) return std::move(found_);
    }
    return failed(nothing_accepted(likely));
  }

 private:
  Modes candidates(const Modes& likely) const {
    Modes list = likely;
    // What we started was told all secrets, so it costs nothing to try them.
    if (shown_.refused && (own_ || likely.empty() || supplied_.given())) {
      add_new(list, check::modes::protected_http());
    }
    if (supplied_.given()) {
      if (!target_.allowed.empty()) keep(list, target_.allowed);
      keep(list, fitting(supplied_.text, list));
      return list;
    }
    if (own_) return list;
    Modes known = known_to_strangers();
    // A login sends a browser wherever the server says: on this machine only.
    const auto url = base::parse_url(target_.settings(Mode::none).url);
    if (shown_.own_login && url && url->is_loopback()) known.push_back(Mode::oauth_proxy);
    keep(list, known);
    return list;
  }

  std::size_t asked(std::string_view endpoint) const {
    return provider_.journal().count(
        [&](const idp::Entry& entry) { return entry.endpoint == endpoint; });
  }
  Asked asked() const {
    return {.keys = asked("jwks"),
            .introspection = asked("introspection"),
            .userinfo = asked("userinfo") + asked("tokeninfo")};
  }

  bool accepts(Mode mode) {
    auto settings = target_.settings(mode);
    if (shown_.operation) settings.profile.operation = shown_.operation;
    check::Context context(std::move(settings), provider_, rogue_);
    const Lookout lookout([&] {
      if (!target_.stop()) return false;
      context.cancel();
      return true;
    });
    const Asked before = asked();
    const auto ready = context.set_up();
    if (!ready || !context.refuses_something()) {
      const std::string why = ready ? "it accepts whatever it is given" : ready.error().message;
      if (why_not_.empty()) {
        why_not_ = fmt::format("as {}: {}", check::to_string(mode), context.redactor().apply(why));
      }
      tried_.push_back(mode);
      return false;
    }
    Asked now = asked();
    now.introspection -= before.introspection;
    now.userinfo -= before.userinfo;
    const bool keys_known = shown_.metadata && !own_;
    found_.mode = supplied_.given() ? mode : by_questions(mode, now, keys_known);
    found_.evidence = fmt::format(
        "{}; {}", shown_.words(),
        supplied_.given() ? "your credential was accepted" : acceptance(found_.mode, shown_, now));
    return true;
  }

  Detected failed(const std::string& why) {
    found_.evidence = "nothing: it is a guess";
    found_.problem = why;
    return std::move(found_);
  }

  std::string nothing_accepted(const Modes& likely) const {
    std::string text = fmt::format("--mode auto does not know the mode: {}", shown_.words());
    if (target_.stdio && likely.empty()) {
      text += shown_.called == true ? ", and runs tools for everybody: there is nothing to judge"
                                    : ", and none of its tools can be called without knowing more";
    } else if (tried_.empty()) {
      text += supplied_.given() ? ", which your credential does not go with"
                                : ", and a server that we did not start knows no secret of ours: "
                                  "bring one along (see \"A credential of your own\" in --help)";
    } else {
      text += fmt::format("; nothing was accepted in the modes {} ({})", names(tried_), why_not_);
    }
    if (likely.empty()) return text + "; say which it is by --mode";
    return fmt::format("{}; if you know better, say so by --mode, such as --mode {}", text,
                       check::to_string(likely.front()));
  }

  const Unknown& target_;
  idp::MockIdp& provider_;
  idp::MockIdp& rogue_;
  bool own_ = false;  ///< we started it
  check::Supplied supplied_;
  Shown shown_;
  Modes tried_;
  std::string why_not_;  ///< of the likeliest
  Detected found_;
};

}  // namespace

std::string Shown::words() const {
  std::vector<std::string> list;
  if (stdio) list.emplace_back("it speaks over standard input and output");
  if (refused) {
    list.push_back(refusal);
    list.push_back(schemes.empty() ? "there is no challenge" : "the challenge is " + schemes);
    if (names_us) list.emplace_back("its metadata names our issuer");
    if (own_login) list.emplace_back("it is an authorization server itself");
    if (metadata && !names_us && !own_login) list.emplace_back("it has metadata");
  } else if (!stdio) {
    list.emplace_back("its tools are listed without credentials");
  }
  if (argument) list.push_back(fmt::format("its tools take `{}`", argument->argument));
  return base::join(list, ", ");
}

Modes hinted(const Shown& shown) {
  Modes list;
  for (const Hint& hint : hints()) {
    if (hint.seen(shown)) add_new(list, hint.modes);
  }
  return list;
}

Modes fitting(std::string_view token, const Modes& modes) {
  const std::string algorithm = algorithm_of(token);
  Modes unlikely = check::modes::jwt();
  unlikely.push_back(Mode::stdio_jwt);
  if (algorithm.starts_with("HS")) {
    unlikely = check::modes::signed_jwt();
  } else if (!algorithm.empty()) {
    unlikely = {Mode::bearer, Mode::jwt_shared, Mode::stdio_jwt};
  }
  Modes list = modes;
  std::erase_if(list, [&](Mode mode) { return check::modes::contains(unlikely, mode); });
  return list;
}

Mode by_questions(Mode accepted, const Asked& asked, bool keys_known) {
  const bool minted = check::modes::contains(check::modes::signed_jwt(), accepted) ||
                      check::modes::contains(check::modes::opaque(), accepted);
  if (!minted) return accepted;
  if (asked.introspection > 0) return Mode::introspection;
  if (asked.userinfo > 0) return Mode::userinfo;
  if (check::modes::contains(check::modes::opaque(), accepted)) return accepted;
  return asked.keys > 0 || keys_known ? Mode::oauth : Mode::jwt_key;
}

Detected detect(const Unknown& target, idp::MockIdp& provider, idp::MockIdp& rogue) {
  return Search(target, provider, rogue).run();
}

}  // namespace run

#include "harness/check/set_up.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/treatment.h"

namespace check {
namespace {

using nlohmann::json;

/// The order in which algorithms are tried: what nearly every server takes comes first.
constexpr std::array kUsualAlgorithms = {"RS256", "ES256"};
constexpr std::array kOtherAlgorithms = {"PS256", "EdDSA", "ES384", "RS384", "RS512",
                                         "ES512", "PS384", "PS512", "ES256K"};
/// RFC 9068 first, then what older issuers write, then none.
const std::array<std::optional<std::string>, 3> kTypes = {"at+jwt", "JWT", std::nullopt};

constexpr const char* kRole = "io.mcp-authspec/role";
constexpr const char* kScopes = "io.mcp-authspec/scopes";
constexpr const char* kBroader = "io.mcp-authspec/broader";
constexpr const char* kArgument = "io.mcp-authspec/argument";

/// Metadata locations: inserted between host and path first, then the root (RFC 9728, section 3.1).
std::vector<std::string> metadata_paths(const base::Url& url) {
  const std::string root = "/.well-known/oauth-protected-resource";
  if (url.path == "/") return {root};
  return {root + url.path, root};
}

/// A persona's tokens have one type.
std::vector<std::optional<std::string>> types_to_try(const Profile& profile) {
  const bool any = !profile.persona || *profile.persona == idp::Persona::generic;
  if (any) return {kTypes.begin(), kTypes.end()};
  return {idp::habits_of(*profile.persona).typ};
}

}  // namespace

SetUp::SetUp(Context& context)
    : context_(context), connection_([&] {
        if (auto url = base::parse_url(context.options_.url)) context.target_.url = *url;
        return context.connect();
      }()) {}

base::Result<void> SetUp::run() {
  Target& target = context_.target_;
  target.audience = target.profile.audience;
  target.scopes = target.profile.scopes;
  add_scopes(target.scopes, context_.options_.scopes);
  if (target.url.scheme == "https") look_at_certificate();
  if (target.mode == Mode::authorization_server) return find_authorization_server();
  if (modes::contains(modes::tool_calls(), target.mode)) return find_call();
  if (modes::contains(modes::metadata(), target.mode)) read_protected_resource_metadata();
  if (!transport_problem_.empty()) return base::fail(transport_problem_);
  if (target.audience.empty()) target.audience = context_.options_.url;
  if (modes::contains(modes::metadata(), target.mode)) learn_bindings_from_challenge();
  if (auto found = find_control(); !found) return found;
  target.control_answer = last_;
  verify_dpop_offer();
  note_bindings();
  find_tools(last_.result);
  find_settings(last_.result);
  find_required_scopes();
  if (modes::contains(modes::protected_http(), target.mode)) {
    see_whether_it_refuses();
    see_what_sessions_take();
    find_sessions();
  }
  return {};
}

mcp::Answer SetUp::send(wire::Request request, std::string_view id, const Credential& credential) {
  for (const auto& header : credential.headers) request.headers.push_back(header);
  context_.count_exchange();
  const std::string own_id(id);
  if (StdioTarget* stdio = context_.stdio()) {
    return stdio->exchange(request.body, id, context_.request_deadline());
  }
  const auto enough = [&](const wire::Response& response) {
    return mcp::has_response(response, own_id);
  };
  auto answer = mcp::interpret(
      context_.exchange(connection_, request, context_.request_deadline(), enough), id);
  if (answer.kind == mcp::Kind::none) transport_problem_ = answer.exchange.failure_text;
  return answer;
}

mcp::Answer SetUp::control_request(const Credential& credential) {
  const mcp::Operation operation = with_credential(context_.target_.control(), credential);
  return send(mcp::frame(context_.target_.framing(), operation, "\"set-up\""), "\"set-up\"",
              credential);
}

void SetUp::read_protected_resource_metadata() {
  Target& target = context_.target_;
  for (const std::string& path : metadata_paths(target.url)) {
    wire::Request request{.target = path, .headers = {{"Accept", "application/json"}}};
    context_.count_exchange();
    const auto exchange = context_.exchange(connection_, request, context_.request_deadline());
    if (!exchange.response) {
      transport_problem_ = exchange.failure_text;
      return;
    }
    if (exchange.status() != 200) continue;
    const auto metadata = base::parse_json(exchange.response->body);
    if (!metadata || !metadata->is_object()) continue;
    add_scopes(shown_scopes_, base::texts(metadata->value("scopes_supported", json())));
    learn_bindings(*metadata);
    if (target.audience.empty() && !target.spawned) {
      target.audience = base::text_member(*metadata, "resource");
    }
    return;
  }
}

base::Result<void> SetUp::find_control_as_bound() {
  const Mode mode = context_.target_.mode;
  const bool mints = modes::contains(modes::jwt(), mode) || modes::contains(modes::opaque(), mode);
  if (mints && !context_.options_.supplied.given()) return find_token();
  if (mode == Mode::oauth_proxy && !context_.options_.supplied.given()) {
    if (auto done = context_.log_in(); !done) {
      return base::fail("no login through the server came about: " + done.error().message);
    }
  }
  if (try_control(context_.control_credential(), std::string(to_string(mode)))) return {};
  if (!transport_problem_.empty()) return base::fail(transport_problem_);
  return tl::unexpected(control_refused());
}

base::Result<void> SetUp::find_token() {
  if (const auto persona = context_.target_.profile.persona) {
    const std::string setting = "persona-" + std::string(idp::to_string(*persona));
    auto& settings = context_.target_.settings;
    if (!base::contains(settings, setting)) settings.push_back(setting);
  }
  // Some servers answer 401 to a token that lacks a scope, as to one in a form they do not accept.
  if (try_forms() || (transport_problem_.empty() && offer_shown_scopes() && try_forms())) {
    drop_needless_scopes();
    return {};
  }
  if (!transport_problem_.empty()) return base::fail(transport_problem_);
  return tl::unexpected(control_refused());
}

bool SetUp::try_forms() {
  if (modes::contains(modes::opaque(), context_.target_.mode)) return try_token("", std::nullopt);
  const auto types = types_to_try(context_.target_.profile);
  const auto attempt = [&](const auto& algorithms) {
    for (const auto& typ : types) {
      for (const char* alg : algorithms) {
        if (try_token(alg, typ)) return true;
        if (!transport_problem_.empty()) return false;
      }
    }
    return false;
  };
  if (context_.target_.mode == Mode::jwt_shared) {
    if (attempt(std::array{"HS256"})) return true;
  } else if (attempt(kUsualAlgorithms)) {
    return true;
  }
  // Where not even our keys were asked for, more kinds of signatures cannot help.
  return transport_problem_.empty() && context_.fetched_keys() && attempt(kOtherAlgorithms);
}

bool SetUp::try_token(const std::string& alg, const std::optional<std::string>& typ) {
  context_.calibration_.alg = alg;
  context_.calibration_.typ = typ;
  for (int step_up = 0; step_up < 3; ++step_up) {
    const auto token = context_.mint(context_.control("alice"));
    if (!token) return false;
    if (try_control(context_.carry(*token),
                    (alg.empty() ? "opaque token"
                                 : fmt::format("{} {}", alg, typ.value_or("without typ"))) +
                        (context_.binding_.bound() ? ", bound" : ""))) {
      context_.calibration_.accepted = true;
      return true;
    }
    if (last_.kind != mcp::Kind::forbidden || !learn_scopes(last_)) return false;
  }
  return false;
}

bool SetUp::try_control(const Credential& credential, const std::string& form) {
  Target& target = context_.target_;
  target.greeting =
      mcp::greet([&](wire::Request request,
                     std::string_view id) { return send(std::move(request), id, credential); },
                 target.url.target(),
                 context_.options_.revision ? context_.options_.revision : target.profile.revision);
  const bool rejected = target.greeting.last.status() >= 400;
  if (unreadable_.empty() && !rejected) unreadable_ = target.greeting.problem;
  last_ = target.greeting.ok() ? control_request(credential) : target.greeting.last;
  context_.calibration_.tried.push_back(fmt::format(
      "{}: {}", form, last_.status() == 0 ? "no answer" : std::to_string(last_.status())));
  return transport_problem_.empty() && target.greeting.ok() && last_.kind == mcp::Kind::result;
}

base::Error SetUp::control_refused() const {
  const Target& target = context_.target_;
  if (!unreadable_.empty()) return {unreadable_};
  if (!target.greeting.problem.empty()) return {target.greeting.problem};
  if (target.mode == Mode::none) {
    return {
        fmt::format("the server refuses requests without credentials ({}), so its mode is not "
                    "'none'",
                    last_.summary())};
  }
  if (context_.options_.supplied.given()) {
    return {fmt::format("the server refuses the credential that you brought along ({})",
                        last_.summary())};
  }
  if (target.mode == Mode::oauth_proxy) {
    return {fmt::format("the server refuses the access token that it gave out itself ({})",
                        last_.summary())};
  }
  if (modes::contains(modes::fixed(), target.mode)) {
    const std::string mode(to_string(target.mode));
    if (!target.spawned) {
      return {fmt::format("in mode {} a server that runs already needs a credential of yours ({})",
                          mode, last_.summary())};
    }
    return {fmt::format(
        "the server refuses the {} credential that its environment told it to accept ({})", mode,
        last_.summary())};
  }
  const std::string& issuer = context_.idp_.issuer().url();
  if (modes::contains(modes::opaque(), target.mode)) return opaque_refused();
  if (!context_.fetched_keys()) {
    if (!last_.challenges.empty() && last_.challenge(context_.binding_.scheme()) == nullptr) {
      return {fmt::format(
          "the server refuses our good token and asks for {} credentials, not for bearer tokens "
          "({}), so its mode is not 'oauth'; it never asked our issuer for keys",
          last_.challenges.front().scheme, last_.summary())};
    }
    return {fmt::format(
        "the server refuses our good token ({}) and never asked our issuer for keys: let it trust "
        "ISSUER={} with JWKS_URI={}",
        last_.summary(), issuer, context_.idp_.issuer().jwks_uri())};
  }
  return {fmt::format(
      "the server fetched our keys but refuses every good token ({}); it was offered aud={} "
      "scope='{}' of issuer {} as: {}",
      last_.summary(), target.audience, base::join(target.scopes, " "), issuer,
      base::join(context_.calibration_.tried, ", "))};
}

base::Error SetUp::opaque_refused() const {
  const Target& target = context_.target_;
  const idp::Issuer& issuer = context_.idp_.issuer();
  const bool introspects = target.mode == Mode::introspection;
  if (context_.fetched_keys()) {
    return {fmt::format(
        "the server asked our issuer but refuses a token of which it says: aud={} client_id={} "
        "scope='{}' ({})",
        target.audience, context_.control("alice").claims.string("client_id"),
        base::join(target.scopes, " "), last_.summary())};
  }
  return {
      fmt::format("the server refuses our good token ({}) and never asked our issuer about it: "
                  "let it ask {}={}",
                  last_.summary(), introspects ? "INTROSPECTION_URL" : "USERINFO_URL",
                  introspects ? issuer.introspection_url() : issuer.userinfo_url())};
}

void SetUp::find_tools(const std::string& tools_result) {
  Target& target = context_.target_;
  target.witness = target.profile.witness;
  target.identity = target.profile.identity;
  target.scoped = target.profile.scoped;
  target.relay = target.profile.relay;
  target.handle = target.profile.handle;
  HandleTools handle;
  const auto result = base::parse_json(tools_result);
  if (!result || !result->is_object() || !result->contains("tools")) return;
  for (const json& tool : result->at("tools")) {
    if (!tool.is_object() || !tool.contains("_meta") || !tool.at("_meta").is_object()) continue;
    const json& meta = tool.at("_meta");
    const std::string role = base::text_member(meta, kRole);
    Tool found{.name = base::text_member(tool, "name")};
    if (role.empty() || found.name.empty()) continue;
    found.scopes = base::texts(meta.value(kScopes, json()));
    found.broader = base::texts(meta.value(kBroader, json()));
    if (role == "witness" && !target.witness) target.witness = found;
    if (role == "identity" && !target.identity) target.identity = found;
    if (role == "scoped" && !target.scoped) target.scoped = found;
    if (role == "upstream" && !target.relay) target.relay = found;
    if (role == "handle-mint") handle.mint = found;
    if (role != "handle-use") continue;
    handle.use = found;
    handle.argument = base::text_member(meta, kArgument);
  }
  const bool whole =
      !handle.mint.name.empty() && !handle.use.name.empty() && !handle.argument.empty();
  if (whole && !target.handle) target.handle = handle;
}

void SetUp::find_settings(const std::string& tools_result) {
  Target& target = context_.target_;
  target.rate_limit = target.profile.rate_limit;
  const auto result = base::parse_json(tools_result);
  const json::json_pointer place("/_meta/io.mcp-authspec~1declares/rate_limit");
  if (!target.rate_limit && result && result->contains(place) && result->at(place).is_object()) {
    const json& declared = result->at(place);
    const auto number = [&](const char* name) {
      const auto member = declared.find(name);
      return member != declared.end() && member->is_number() ? member->get<double>() : 0;
    };
    const RateLimit limit{.per_second = number("rps"), .burst = number("burst")};
    if (limit.per_second > 0 && limit.burst >= 1) target.rate_limit = limit;
  }
  if (target.profile.second_issuer) target.settings.emplace_back("second-issuer");
  if (target.rate_limit) target.settings.emplace_back("rate-limit");
  const auto asks_for_metadata = [](const idp::Entry& entry) {
    return entry.endpoint == "discovery" || entry.endpoint == "oauth-metadata";
  };
  if (context_.idp_.journal().count(asks_for_metadata) > 0) {
    target.settings.emplace_back("discovery");
  }
  // Only who was started by us was given our upstream.
  if (target.relay && target.spawned) target.settings.emplace_back("upstream");
}

void SetUp::see_whether_it_refuses() {
  auto nothing = control_request({});
  auto garbage = control_request(context_.carry("this-is-not-a-token"));
  for (mcp::Answer* answer : {&nothing, &garbage}) {
    mark_denial(*answer, context_.target_.control_answer);
  }
  context_.refuses_something_ =
      nothing.kind != mcp::Kind::result || garbage.kind != mcp::Kind::result;
  transport_problem_.clear();
}

}  // namespace check

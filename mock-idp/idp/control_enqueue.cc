#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/control.h"
#include "mock-idp/idp/users.h"

namespace idp {
namespace {

constexpr std::string_view kAuthorize = "authorize";
constexpr int kUsualError = 400;

tl::unexpected<Refusal> queue_full() {
  return tl::unexpected(Refusal{409, {}, "there are too many in the queue"});
}

Obeyed<void> enqueue_user(const ControlCall& call, const Issuer& issuer) {
  if (call.has("error")) return refuse_argument("error", "cannot come with sub");
  for (const std::string_view name : {"endpoint", "status", "error_description"}) {
    if (call.has(name)) return refuse_argument(name, "cannot come with sub");
  }
  NextUser user{.subject = call.text("sub"), .claims = {}};
  if (!is_subject(user.subject)) {
    return refuse_argument("sub", "has to be 1 to 255 printable characters");
  }
  if (call.has("claims")) {
    for (const auto& [name, value] : call.arguments.at("claims").items()) {
      user.claims.set(name, control_text(value));
    }
  }
  if (!call.provider.queue.add_user(issuer.name(), std::move(user))) return queue_full();
  return {};
}

/// An error that is no redirect is a fault that acts once.
Obeyed<void> plant_error(const ControlCall& call, const Issuer& issuer, std::string endpoint,
                         const TokenError& error) {
  ControlJson body{{"error", error.code}};
  if (!error.description.empty()) body["error_description"] = error.description;
  PlantedFault fault;
  fault.issuer = issuer.name();
  fault.endpoint = std::move(endpoint);
  fault.does = Misbehaviour::answer(static_cast<int>(call.integer("status", kUsualError)),
                                    control_text(body));
  fault.does.headers.push_back({"Cache-Control", "no-store"});
  fault.does.name = error.code;
  fault.times = 1;
  if (call.provider.faults.plant(std::move(fault)).empty()) return queue_full();
  return {};
}

Obeyed<void> enqueue_error(const ControlCall& call, const Issuer& issuer) {
  if (call.has("claims")) return refuse_argument("claims", "cannot come with error");
  if (!call.has("endpoint")) return refuse_argument("endpoint", "is missing");
  std::string endpoint = call.text("endpoint");
  const auto known = endpoint_names();
  if (!base::contains(known, endpoint)) {
    return refuse_argument("endpoint", "has to be one of " + base::join(known, ", "));
  }
  TokenError error{call.text("error"), call.text("error_description")};
  if (endpoint != kAuthorize) return plant_error(call, issuer, std::move(endpoint), error);
  if (call.has("status")) return refuse_argument("status", "means nothing to a redirect");
  if (!call.provider.queue.add_error(issuer.name(), std::move(error))) return queue_full();
  return {};
}

}  // namespace

Obeyed<http::Response> enqueue(const ControlCall& call) {
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  if (!call.has("sub") && !call.has("error")) {
    return tl::unexpected(Refusal{400, "/sub", "or error has to say what comes next"});
  }
  auto done = call.has("sub") ? enqueue_user(call, **issuer) : enqueue_error(call, **issuer);
  if (!done) return tl::unexpected(done.error());
  const std::string& name = (*issuer)->name();
  return control_answer({{"issuer", name},
                         {"users", call.provider.queue.users(name)},
                         {"errors", call.provider.queue.errors(name)}},
                        201);
}

}  // namespace idp

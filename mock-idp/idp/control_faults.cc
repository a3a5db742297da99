#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/suggest.h"
#include "common/base/text.h"
#include "mock-idp/idp/control.h"
#include "mock-idp/idp/fault_kinds.h"

namespace idp {
namespace {

constexpr std::string_view kAll = "*";
/// Everything that may be said about some kind of fault.
constexpr std::string_view kSettings[] = {"status",   "body",    "content_type",
                                          "location", "seconds", "bytes"};

Obeyed<std::string> chosen_endpoint(const ControlCall& call) {
  std::string endpoint = call.text("endpoint");
  const auto known = endpoint_names();
  if (endpoint == kAll || base::contains(known, endpoint)) return endpoint;
  return refuse_argument("endpoint",
                         fmt::format("has to be * or one of {}{}", base::join(known, ", "),
                                     base::suggestion(endpoint, known)));
}

Obeyed<const FaultKind*> chosen_kind(const ControlCall& call) {
  const std::string name = call.text("kind");
  if (const FaultKind* const kind = find_fault_kind(name)) return kind;
  std::vector<std::string> known;
  for (const FaultKind& kind : fault_kinds()) known.emplace_back(kind.name);
  return refuse_argument("kind", fmt::format("has to be one of {}{}", base::join(known, ", "),
                                             base::suggestion(name, known)));
}

/// What is said about a fault means something for its kind.
Obeyed<void> check_settings(const ControlCall& call, const FaultKind& kind) {
  const auto own = base::words(kind.settings);
  for (const std::string_view setting : kSettings) {
    if (!call.has(setting) || base::contains(own, setting)) continue;
    return refuse_argument(setting, fmt::format("means nothing to {}", kind.name));
  }
  return {};
}

Misbehaviour settled(const ControlCall& call, const FaultKind& kind) {
  Misbehaviour does = misbehaviour_of(kind);
  does.status = static_cast<int>(call.integer("status", does.status));
  does.bytes = static_cast<std::size_t>(call.integer("bytes", static_cast<long long>(does.bytes)));
  if (call.has("seconds")) {
    does.span = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double>(call.number("seconds")));
  }
  if (call.has("location")) base::set_header(does.headers, "Location", call.text("location"));
  if (call.has("body")) does.body = call.text("body");
  if (call.has("content_type")) {
    if (kind.kind == Misbehaviour::Kind::content_type) {
      does.body = call.text("content_type");
    } else {
      base::set_header(does.headers, "Content-Type", call.text("content_type"));
    }
  }
  return does;
}

ControlJson fault_json(const PlantedFault& fault) {
  ControlJson json{{"id", fault.id}, {"endpoint", fault.endpoint}, {"kind", fault.does.name}};
  if (!fault.issuer.empty()) json["issuer"] = fault.issuer;
  json["after"] = fault.after;
  json["times"] = fault.times ? ControlJson(*fault.times) : ControlJson("forever");
  json["hits"] = fault.hits;
  return json;
}

}  // namespace

Obeyed<http::Response> plant_fault(const ControlCall& call) {
  PlantedFault fault;
  const auto endpoint = chosen_endpoint(call);
  if (!endpoint) return tl::unexpected(endpoint.error());
  const auto kind = chosen_kind(call);
  if (!kind) return tl::unexpected(kind.error());
  if (auto good = check_settings(call, **kind); !good) return tl::unexpected(good.error());
  if (call.has("issuer")) {
    if (const auto issuer = call.issuer(); !issuer) return tl::unexpected(issuer.error());
  }
  fault.issuer = call.text("issuer");
  fault.endpoint = *endpoint;
  fault.does = settled(call, **kind);
  fault.after = call.integer("after");
  if (call.has("times") && call.arguments.at("times").is_number()) {
    fault.times = call.integer("times");
  }
  fault.id = call.provider.faults.plant(fault);
  if (fault.id.empty()) return tl::unexpected(Refusal{409, {}, "there are too many faults"});
  return control_answer(fault_json(fault), 201);
}

Obeyed<http::Response> list_faults(const ControlCall& call) {
  ControlJson list = ControlJson::array();
  for (const PlantedFault& fault : call.provider.faults.list()) list.push_back(fault_json(fault));
  return control_answer({{"faults", std::move(list)}});
}

Obeyed<http::Response> remove_faults(const ControlCall& call) {
  if (!call.has("id")) {
    call.provider.faults.clear();
  } else if (!call.provider.faults.remove(call.text("id"))) {
    return tl::unexpected(Refusal{404, "id", "is no fault that is planted"});
  }
  return list_faults(call);
}

ControlJson faults_vocabulary() {
  ControlJson kinds = ControlJson::array();
  for (const FaultKind& kind : fault_kinds()) {
    kinds.push_back(
        {{"name", kind.name}, {"summary", kind.summary}, {"settings", base::words(kind.settings)}});
  }
  ControlJson named = ControlJson::array();
  for (const NamedFault& fault : named_faults()) {
    named.push_back({{"name", fault.name}, {"summary", fault.summary}});
  }
  return {{"kinds", std::move(kinds)}, {"named", std::move(named)}};
}

}  // namespace idp

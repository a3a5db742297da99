#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/suggest.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/control.h"

namespace idp {
namespace {

constexpr double kMostTimes = 1e9;

bool all_texts(const ControlJson& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(),
                                         [](const ControlJson& one) { return one.is_string(); });
}

/// A JSON pointer's token (RFC 6901, section 3).
std::string pointer_token(std::string_view name) {
  return base::replace_all(base::replace_all(name, "~", "~0"), "/", "~1");
}

/// What the value has to be instead; empty: it is right.
std::string problem_of_text(const ControlJson& value, const Argument& argument) {
  if (!value.is_string()) return "has to be a string";
  if (argument.choices.empty()) return {};
  const auto text = value.get<std::string>();
  const auto choices = base::words(argument.choices);
  if (base::contains(choices, text)) return {};
  return fmt::format("has to be one of {}{}", base::join(choices, ", "),
                     base::suggestion(text, choices));
}

std::string problem_of_number(const ControlJson& value, const Argument& argument) {
  const bool whole = argument.type == ArgumentType::integer;
  if (whole ? !value.is_number_integer() : !value.is_number()) {
    return whole ? "has to be a whole number" : "has to be a number";
  }
  const auto number = value.get<double>();
  if (number >= argument.least && number <= argument.most) return {};
  return fmt::format("has to be from {} to {}", argument.least, argument.most);
}

std::string problem_of(const ControlJson& value, const Argument& argument) {
  switch (argument.type) {
    case ArgumentType::text:
      return problem_of_text(value, argument);
    case ArgumentType::flag:
      return value.is_boolean() ? "" : "has to be true or false";
    case ArgumentType::integer:
    case ArgumentType::number:
      return problem_of_number(value, argument);
    case ArgumentType::texts:
      return all_texts(value) ? "" : "has to be an array of strings";
    case ArgumentType::text_or_texts:
      return value.is_string() || all_texts(value) ? ""
                                                   : "has to be a string or an array of strings";
    case ArgumentType::object:
      return value.is_object() ? "" : "has to be an object";
    case ArgumentType::times:
      return value == "forever" || (value.is_number_integer() && value.get<double>() >= 1 &&
                                    value.get<double>() <= kMostTimes)
                 ? ""
                 : "has to be a whole number from 1, or \"forever\"";
    case ArgumentType::anything:
      break;
  }
  return {};
}

tl::unexpected<Refusal> refuse_at(std::string where, std::string message) {
  return tl::unexpected(Refusal{.where = std::move(where), .message = std::move(message)});
}

const Argument* find_argument(std::span<const Argument> known, std::string_view name) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const Argument& one) { return one.name == name; });
  return found == known.end() ? nullptr : &*found;
}

std::string unknown_argument(std::string_view name, std::span<const Argument> known) {
  std::vector<std::string> names;
  for (const Argument& one : known) names.emplace_back(one.name);
  return "is unknown here" + base::suggestion(name, names);
}

/// What a parameter's text is, read as what the table wants of it. What it cannot be stays text,
/// and is refused as such.
ControlJson value_of(const std::string& text, ArgumentType type) {
  if (type == ArgumentType::flag && (text == "true" || text == "false")) return text == "true";
  if (type == ArgumentType::integer || type == ArgumentType::number) {
    const ControlJson json = ControlJson::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_number()) return json;
  }
  return text;
}

}  // namespace

tl::unexpected<Refusal> refuse_argument(std::string_view name, std::string message) {
  return refuse_at("/" + pointer_token(name), std::move(message));
}

Obeyed<void> check_arguments(const ControlJson& arguments, std::span<const Argument> known,
                             std::string_view pointer) {
  const auto where = [&](std::string_view name) {
    return std::string(pointer) + (pointer.empty() ? std::string(name) : pointer_token(name));
  };
  for (const auto& [name, value] : arguments.items()) {
    const Argument* const argument = find_argument(known, name);
    if (argument == nullptr) return refuse_at(where(name), unknown_argument(name, known));
    if (std::string problem = problem_of(value, *argument); !problem.empty()) {
      return refuse_at(where(name), std::move(problem));
    }
  }
  for (const Argument& argument : known) {
    if (argument.required && !arguments.contains(argument.name)) {
      return refuse_at(where(argument.name), "is missing");
    }
  }
  return {};
}

Obeyed<ControlJson> read_query(std::string_view query, std::span<const Argument> known) {
  ControlJson arguments = ControlJson::object();
  for (const auto& [name, text] : base::parse_form(query)) {
    if (arguments.contains(name)) return refuse_at(name, "is there twice");
    const Argument* const argument = find_argument(known, name);
    arguments[name] = argument == nullptr ? ControlJson(text) : value_of(text, argument->type);
  }
  return arguments;
}

Obeyed<ControlJson> read_body(std::string_view body) {
  if (base::trim(body).empty()) return ControlJson::object();
  // The strict pass finds duplicates; the second keeps the order of members.
  if (const auto strict = base::parse_json(body); !strict) {
    return refuse_at({}, strict.error().message);
  }
  ControlJson json = ControlJson::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return refuse_at({}, "the body has to be a JSON object");
  return json;
}

bool ControlCall::has(std::string_view name) const { return arguments.contains(name); }

std::string ControlCall::text(std::string_view name) const {
  const auto at = arguments.find(name);
  return at == arguments.end() || !at->is_string() ? std::string() : at->get<std::string>();
}

long long ControlCall::integer(std::string_view name, long long otherwise) const {
  const auto at = arguments.find(name);
  return at == arguments.end() ? otherwise : at->get<long long>();
}

double ControlCall::number(std::string_view name, double otherwise) const {
  const auto at = arguments.find(name);
  return at == arguments.end() ? otherwise : at->get<double>();
}

bool ControlCall::flag(std::string_view name, bool otherwise) const {
  const auto at = arguments.find(name);
  return at == arguments.end() ? otherwise : at->get<bool>();
}

std::vector<std::string> ControlCall::texts(std::string_view name) const {
  const auto at = arguments.find(name);
  if (at == arguments.end()) return {};
  if (at->is_string()) return {at->get<std::string>()};
  return at->get<std::vector<std::string>>();
}

Obeyed<Issuer*> ControlCall::issuer() const {
  const auto found = provider.find_issuer(has("issuer") ? text("issuer") : "main");
  if (!found) return refuse_argument("issuer", found.error().message);
  return *found;
}

}  // namespace idp

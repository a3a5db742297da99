#include "mock-idp/idp/configuration.h"

#include <fmt/core.h>

#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/suggest.h"
#include "common/base/text.h"
#include "mock-idp/idp/control.h"

namespace idp {
namespace {

constexpr double kCentury = 100.0 * 365 * 86'400;
constexpr std::string_view kPersonas = "generic auth0 okta entra google keycloak cognito github";

/// A member of a configuration, what it sets, and the variable that sets it as well.
struct Setting {
  Argument argument;
  std::string_view variable;  ///< empty: there is none
  void (*take)(const ControlJson& value, Configuration& into);
};

template <std::string Options::*member>
void take_text(const ControlJson& value, Configuration& into) {
  into.options.*member = value.get<std::string>();
}

template <std::vector<std::string> Options::*member>
void take_texts(const ControlJson& value, Configuration& into) {
  into.options.*member = value.get<std::vector<std::string>>();
}

const Setting kSettingsOfStart[] = {
    {{"port", ArgumentType::integer, "where to listen; 0: the system chooses", false, 0, 65535},
     "MOCK_IDP_PORT",
     [](const ControlJson& value, Configuration& into) {
       into.options.port = value.get<std::uint16_t>();
     }},
    {{"host", ArgumentType::text, "the address to listen on"},
     "MOCK_IDP_HOST",
     take_text<&Options::host>},
    {{"origin", ArgumentType::text, "where clients reach it"},
     "MOCK_IDP_ORIGIN",
     take_text<&Options::origin>},
    {{"profile", ArgumentType::text, "of issuers whose name does not say it", false, 0, 0,
      "lax strict"},
     "MOCK_IDP_PROFILE",
     [](const ControlJson& value, Configuration& into) {
       into.options.strict = value == "strict";
     }},
    {{"persona", ArgumentType::text, "likewise", false, 0, 0, kPersonas},
     "MOCK_IDP_PERSONA",
     [](const ControlJson& value, Configuration& into) {
       into.options.persona = *persona_from(value.get<std::string>());
     }},
    {{"issuers", ArgumentType::texts, "that are there from the start"},
     "MOCK_IDP_ISSUERS",
     [](const ControlJson& value, Configuration& into) {
       into.issuers = value.get<std::vector<std::string>>();
     }},
    {{"algorithms", ArgumentType::texts, "of their keys; the first signs"},
     "MOCK_IDP_ALGORITHMS",
     take_texts<&Options::algorithms>},
    {{"keys", ArgumentType::text, "the directory that keeps the keys"},
     "MOCK_IDP_KEYS",
     take_text<&Options::key_directory>},
    {{"https", ArgumentType::flag, "whether it speaks TLS"},
     "MOCK_IDP_HTTPS",
     [](const ControlJson& value, Configuration& into) { into.options.https = value.get<bool>(); }},
    {{"names", ArgumentType::texts, "more host names that its certificate is for"},
     "MOCK_IDP_NAMES",
     take_texts<&Options::names>},
    {{"ca_out", ArgumentType::text, "where the authority's certificate is written"},
     "MOCK_IDP_CA_OUT",
     [](const ControlJson& value, Configuration& into) { into.ca_out = value.get<std::string>(); }},
    {{"admin_token", ArgumentType::text, "what steering has to show"},
     "MOCK_IDP_ADMIN_TOKEN",
     take_text<&Options::admin_token>},
    {{"journal_capacity", ArgumentType::integer, "how many requests the journal holds", false, 1,
      1e6},
     "MOCK_IDP_JOURNAL_CAPACITY",
     [](const ControlJson& value, Configuration& into) {
       into.options.journal_capacity = value.get<std::size_t>();
     }},
};

/// Members that hold the bodies of commands, which are obeyed at the start.
struct Commands {
  std::string_view member;
  std::string_view command;
};
constexpr Commands kCommandsOfStart[] = {
    {"faults", "POST /faults"},
    {"queue", "POST /enqueue"},
    {"clients", "POST /clients"},
};

std::vector<Argument> known_members() {
  std::vector<Argument> known;
  for (const Setting& setting : kSettingsOfStart) known.push_back(setting.argument);
  for (const Commands& commands : kCommandsOfStart) {
    known.push_back({commands.member, ArgumentType::anything, {}});
  }
  known.push_back({"clock", ArgumentType::object, {}});
  return known;
}

base::Result<void> check_names(const Configuration& configuration, std::string_view issuers,
                               std::string_view algorithms) {
  for (const std::string& name : configuration.issuers) {
    if (auto good = check_issuer_name(name); !good) {
      return base::fail(fmt::format("{} {}: {}", issuers, name, good.error().message));
    }
  }
  const auto& known = jose::signing_algorithms();
  for (const std::string& alg : configuration.options.algorithms) {
    if (base::contains(known, alg)) continue;
    return base::fail(fmt::format("{} {}: the algorithms are {}{}", algorithms, alg,
                                  base::join(known, ", "), base::suggestion(alg, known)));
  }
  return {};
}

base::Result<void> take_commands(const ControlJson& json, const Commands& commands,
                                 Configuration& into) {
  const auto at = json.find(commands.member);
  if (at == json.end()) return {};
  if (!at->is_array()) return base::fail(fmt::format("/{} has to be an array", commands.member));
  std::size_t index = 0;
  for (const ControlJson& body : *at) {
    into.options.at_start.push_back({std::string(commands.command), control_text(body),
                                     fmt::format("/{}/{}", commands.member, index++)});
  }
  return {};
}

/// `{"freeze": "2030-01-01T00:00:00Z"}` or `{"offset": -60}`.
base::Result<void> take_clock(const ControlJson& json, Configuration& into) {
  const auto at = json.find("clock");
  if (at == json.end()) return {};
  for (const auto& [name, value] : at->items()) {
    if (name != "freeze" && name != "offset") {
      return base::fail("/clock/" + name + " is unknown here; freeze and offset are known");
    }
    const ControlJson body{{name == "freeze" ? "at" : "seconds", value}};
    into.options.at_start.push_back({"POST /clock/" + name, control_text(body), "/clock/" + name});
  }
  return {};
}

base::Error of_refusal(const Refusal& refusal) {
  return {refusal.where.empty() ? refusal.message : refusal.where + " " + refusal.message};
}

/// A list is words, everything else what JSON makes of it, or else text.
ControlJson value_of_variable(const std::string& text, ArgumentType type) {
  if (type == ArgumentType::texts) return base::words(text);
  if (type == ArgumentType::text) return text;
  ControlJson json = ControlJson::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? ControlJson(text) : json;
}

}  // namespace

base::Result<void> configure(std::string_view text, Configuration& into) {
  const auto strict = base::parse_json_with_comments(text);
  if (!strict) return tl::unexpected(strict.error());
  const ControlJson json = ControlJson::parse(text, nullptr, /*allow_exceptions=*/false,
                                              /*ignore_comments=*/true);
  if (!json.is_object()) return base::fail("the configuration has to be a JSON object");
  if (auto good = check_arguments(json, known_members(), "/"); !good) {
    return tl::unexpected(of_refusal(good.error()));
  }
  for (const Setting& setting : kSettingsOfStart) {
    const auto at = json.find(setting.argument.name);
    if (at != json.end()) setting.take(*at, into);
  }
  if (auto clock = take_clock(json, into); !clock) return clock;
  for (const Commands& commands : kCommandsOfStart) {
    if (auto taken = take_commands(json, commands, into); !taken) return taken;
  }
  return check_names(into, "/issuers", "/algorithms");
}

std::string configuration_schema() {
  std::vector<Argument> settings;
  for (const Setting& setting : kSettingsOfStart) settings.push_back(setting.argument);
  ControlJson schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                     {"title", "Configuration of a mock identity provider"}};
  schema.update(arguments_schema(settings));
  for (const Commands& commands : kCommandsOfStart) {
    for (const ControlCommand& command : control_commands()) {
      const std::string name = std::string(command.method) + " " + std::string(command.path);
      if (name != commands.command) continue;
      schema["properties"][std::string(commands.member)] = {
          {"type", "array"},
          {"description", "bodies of " + name + ", obeyed at the start"},
          {"items", arguments_schema(command.arguments)}};
    }
  }
  constexpr Argument kClock[] = {
      {"freeze", ArgumentType::text, "time stands still, at 2030-01-01T00:00:00Z"},
      {"offset", ArgumentType::number, "seconds ahead of this machine", false, -kCentury, kCentury},
  };
  schema["properties"]["clock"] = arguments_schema(kClock);
  return base::dump_pretty(schema) + "\n";
}

std::vector<ConfigurationVariable> configuration_variables() {
  std::vector<ConfigurationVariable> all;
  for (const Setting& setting : kSettingsOfStart) {
    all.push_back({setting.variable, setting.argument.name});
  }
  return all;
}

base::Result<void> configure_from(const Environment& environment, Configuration& into) {
  for (const Setting& setting : kSettingsOfStart) {
    const std::string variable(setting.variable);
    const char* const text = environment(variable.c_str());
    if (text == nullptr || *text == '\0') continue;
    ControlJson json = ControlJson::object();
    json[variable] = value_of_variable(text, setting.argument.type);
    Argument named = setting.argument;
    named.name = variable;
    if (auto good = check_arguments(json, {&named, 1}, ""); !good) {
      return tl::unexpected(of_refusal(good.error()));
    }
    setting.take(json[variable], into);
  }
  return check_names(into, "MOCK_IDP_ISSUERS", "MOCK_IDP_ALGORITHMS");
}

}  // namespace idp

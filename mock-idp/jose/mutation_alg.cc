#include <fmt/core.h>

#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

struct Casing {
  const char* name;
  const char* value;
};
constexpr Casing kCasings[] = {
    {"alg-none-lower", "none"},
    {"alg-none-title", "None"},
    {"alg-none-upper", "NONE"},
    {"alg-none-mixed", "nOnE"},
};

struct Odd {
  const char* name;
  const char* summary;
  const char* json;  ///< null: the member is left out
};
constexpr Odd kOddAlgorithms[] = {
    {"alg-missing", "the header has no alg, the signature is right", nullptr},
    {"alg-empty", "alg is an empty string, the signature is right", R"("")"},
    {"alg-null", "alg is null, the signature is right", "null"},
    {"alg-number", "alg is a number, the signature is right", "256"},
    {"alg-array", "alg is an array of the right name, the signature is right", nullptr},
    {"alg-unknown", "alg is a name that nobody registered, the signature is right", R"("XX256")"},
};

/// How the kid of an unsigned token may look.
struct KidForm {
  const char* suffix;
  const char* summary;
  void (*edit)(Recipe&);
};
constexpr KidForm kKidForms[] = {
    {"known", "the kid of a published key", [](Recipe&) {}},
    {"unknown", "a kid that nobody published",
     [](Recipe& recipe) { recipe.header.set_string("kid", kUnknownKid); }},
    {"absent", "no kid", [](Recipe& recipe) { recipe.header.erase("kid"); }},
};

void add_none(Family& family, const Casing& casing) {
  const std::string name = casing.name;
  const std::string alg = casing.value;
  family.push_back(always(name, fmt::format("alg is {}, the signature is empty", alg),
                          [alg](Recipe& recipe, const Surroundings&) {
                            recipe.header.set_string("alg", alg);
                            use_signature(recipe, {});
                          }));
  family.push_back(always(name + "-junk-signature",
                          fmt::format("alg is {}, the signature is 32 arbitrary bytes", alg),
                          [alg](Recipe& recipe, const Surroundings&) {
                            recipe.header.set_string("alg", alg);
                            use_signature(recipe, std::string(32, '\x5a'));
                          }));
  family.push_back(always(
      name + "-two-segments", fmt::format("alg is {}, the signature segment is left out", alg),
      [alg](Recipe& recipe, const Surroundings&) {
        recipe.header.set_string("alg", alg);
        use_signature(recipe, {});
        recipe.assemble = [](const Parts& parts) { return parts.header + "." + parts.payload; };
      }));
}

}  // namespace

Family alg_mutations() {
  Family family;
  for (const Casing& casing : kCasings) add_none(family, casing);
  for (const Odd& odd : kOddAlgorithms) {
    family.push_back(always(odd.name, odd.summary, [&odd](Recipe& recipe, const Surroundings&) {
      const std::string right = *recipe.header.find("alg");
      keep_algorithm(recipe);
      if (odd.json != nullptr) {
        recipe.header.set("alg", odd.json);
      } else if (std::string_view(odd.name) == "alg-array") {
        recipe.header.set("alg", "[" + right + "]");
      } else {
        recipe.header.erase("alg");
      }
    }));
  }
  for (const KidForm& form : kKidForms) {
    family.push_back(always(std::string("unsigned-none-") + form.suffix + "-kid",
                            fmt::format("alg is none, no signature, {}", form.summary),
                            [&form](Recipe& recipe, const Surroundings&) {
                              recipe.header.set_string("alg", "none");
                              use_signature(recipe, {});
                              form.edit(recipe);
                            }));
    family.push_back(always(std::string("unsigned-empty-") + form.suffix + "-kid",
                            fmt::format("the good alg, an empty signature, {}", form.summary),
                            [&form](Recipe& recipe, const Surroundings&) {
                              use_signature(recipe, {});
                              form.edit(recipe);
                            }));
  }
  return family;
}

}  // namespace jose

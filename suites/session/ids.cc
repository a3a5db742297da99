#include "suites/session/ids.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

namespace suites::session {
namespace {

/// Places with fewer symbols than these are worth what was seen there, others their alphabet.
constexpr std::size_t kFewSymbols = 5;
/// Numbers that come this close after another are counters or clocks.
constexpr double kSmallStep = 4'294'967'296.0;
/// Longer ones do not fit into the numbers that they are compared as.
constexpr std::size_t kMostDigits = 15;
/// With fewer ids, random ones could lie in order.
constexpr std::size_t kEnoughToOrder = 10;

using Symbols = std::set<char>;

bool all_in(const Symbols& symbols, std::string_view alphabet) {
  return std::all_of(symbols.begin(), symbols.end(), [&](char c) {
    return c == '\0' || alphabet.find(c) != std::string_view::npos;
  });
}

/// How many symbols the alphabet has that these are of.
int alphabet_of(const Symbols& symbols) {
  if (all_in(symbols, "0123456789")) return 10;
  if (all_in(symbols, "0123456789abcdef") || all_in(symbols, "0123456789ABCDEF")) return 16;
  if (all_in(symbols, "0123456789abcdefghijklmnopqrstuvwxyz")) return 36;
  return 64;
}

/// The symbols at each place; '\0' where an id is over.
std::vector<Symbols> places_of(const std::vector<std::string>& ids) {
  std::size_t longest = 0;
  for (const std::string& id : ids) longest = std::max(longest, id.size());
  std::vector<Symbols> places(longest);
  for (const std::string& id : ids) {
    for (std::size_t i = 0; i < longest; ++i) places[i].insert(i < id.size() ? id[i] : '\0');
  }
  return places;
}

double bits_of(const std::vector<Symbols>& places) {
  Symbols all;
  for (const Symbols& place : places) {
    if (place.size() > 1) all.insert(place.begin(), place.end());
  }
  const int alphabet = alphabet_of(all);
  double bits = 0;
  for (const Symbols& place : places) {
    const bool few = place.size() < kFewSymbols;
    bits += std::log2(few ? static_cast<double>(place.size()) : alphabet);
  }
  return bits;
}

std::size_t common_prefix(const std::vector<Symbols>& places) {
  const auto first = std::find_if(places.begin(), places.end(),
                                  [](const Symbols& place) { return place.size() > 1; });
  return static_cast<std::size_t>(first - places.begin());
}

std::size_t common_suffix(const std::vector<std::string>& ids) {
  std::size_t length = 0;
  const auto same = [&] {
    return std::all_of(ids.begin(), ids.end(), [&](const std::string& id) {
      return length < id.size() && id[id.size() - 1 - length] == ids[0][ids[0].size() - 1 - length];
    });
  };
  while (length < ids[0].size() && same()) ++length;
  return length;
}

bool is_sequential(const std::vector<std::string>& ids, const std::vector<Symbols>& places) {
  if (ids.size() < kEnoughToOrder) return false;
  const std::size_t begin = common_prefix(places);
  const std::size_t end = common_suffix(ids);
  double before = -1;
  Symbols all;
  for (const std::string& id : ids) {
    if (id.size() <= begin + end || id.size() - begin - end > kMostDigits) return false;
    for (const char c : id.substr(begin, id.size() - begin - end)) all.insert(c);
  }
  const int base = alphabet_of(all);
  if (base > 36) return false;
  for (const std::string& id : ids) {
    const std::string digits = id.substr(begin, id.size() - begin - end);
    const auto value = static_cast<double>(std::strtoull(digits.c_str(), nullptr, base));
    if (before >= 0 && (value <= before || value - before > kSmallStep)) return false;
    before = value;
  }
  return true;
}

bool is_visible(const std::string& id) {
  return !id.empty() &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

IdFacts look_at_ids(const std::vector<std::string>& ids) {
  IdFacts facts{.count = ids.size()};
  if (ids.empty()) return facts;
  const std::vector<Symbols> places = places_of(ids);
  facts.different = std::set<std::string>(ids.begin(), ids.end()).size();
  facts.bits = bits_of(places);
  facts.sequential = is_sequential(ids, places);
  facts.visible = std::all_of(ids.begin(), ids.end(), is_visible);
  return facts;
}

}  // namespace suites::session

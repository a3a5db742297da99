#include "suites/timing/notes.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "harness/timing/words.h"

namespace suites {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const timing::Distribution& distribution) {
  return {{"quantiles_ns", distribution.quantiles_ns},
          {"counts", distribution.counts},
          {"below", distribution.below},
          {"above", distribution.above}};
}

void add(Json& note, const timing::Measurement& m) {
  note["pairs"] = m.pairs;
  note["p50_ns"] = m.median_ns;
  note["difference_ns"] = m.difference_ns;
  note["interval_ns"] = {m.interval.low, m.interval.high};
  note["bound_ns"] = m.bound_ns;
  note["mde99_ns"] = m.mde_ns;
  note["floor_ns"] = m.floor_ns;
  note["claim_ns"] = m.claim_ns;
  note["quantiles"] = timing::kQuantiles;
  note["distributions"] = {{"from_ns", m.distributions.from_ns},
                           {"bin_ns", m.distributions.bin_ns},
                           {"decoy", json_of(m.distributions.decoy)},
                           {"near", json_of(m.distributions.near)}};
}

}  // namespace

std::string note_of(const Comparison& comparison, const timing::Result& result,
                    std::string_view verdict) {
  Json note = {{"case", "timing." + comparison.name},
               {"verdict", verdict},
               {"near", comparison.near},
               {"decoy", comparison.decoy},
               {"reason", result.reason},
               {"seed", timing::seed_text(result.seed)},
               {"dropped", result.dropped}};
  add(note, result.measurement);
  return note.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string note_of(const timing::Control& control) {
  Json note = {{"case", "control"},         {"verdict", control.sound ? "PASS" : "INCONCLUSIVE"},
               {"near", "decoys"},          {"decoy", "decoys as well"},
               {"reason", control.reason},  {"seed", timing::seed_text(control.seed)},
               {"dropped", control.dropped}};
  add(note, control.measurement);
  return note.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace suites

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/idp/misbehaviour.h"

namespace idp {

/// A kind of fault that can be planted, and what may be said about it.
struct FaultKind {
  std::string_view name;
  std::string_view summary;
  Misbehaviour::Kind kind;
  std::string_view settings;  ///< words: status body content_type location seconds bytes
  /// What it does where nothing is said about it.
  int status = 200;
  std::string_view body = {};
  std::string_view content_type = {};
  std::string_view location = {};
  long long milliseconds = 0;
  std::size_t bytes = 0;
};
std::span<const FaultKind> fault_kinds();
const FaultKind* find_fault_kind(std::string_view name);
/// What that kind does where nothing else is said.
Misbehaviour misbehaviour_of(const FaultKind& kind);

/// A fault for the name of an issuer: `/i/main~jwks-503` has it for ever.
struct NamedFault {
  std::string_view name;  ///< "503"
  std::string_view summary;
  std::string_view kind;
  int status = 0;              ///< 0: as the kind has it
  std::string_view body = {};  ///< likewise
  long long milliseconds = 0;  ///< likewise
};
std::span<const NamedFault> named_faults();
Misbehaviour misbehaviour_of(const NamedFault& fault);

}  // namespace idp

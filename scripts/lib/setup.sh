# Sourced by the scripts: moves to the project's root, installs what is missing, builds.
# shellcheck shell=bash

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$root"

say() { printf '\n== %s\n' "$*"; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# The lines of packages.txt that belong to one of the given groups and are not satisfied.
missing_packages() {
  local group alternatives command name
  while read -r group alternatives command; do
    [[ " $* " == *" $group "* ]] || continue
    if [ -n "$command" ] && command -v "$command" >/dev/null 2>&1; then continue; fi
    for name in ${alternatives//|/ }; do
      if installed "$name"; then continue 2; fi
    done
    printf '%s\n' "$alternatives"
  done < <(grep -v '^#' scripts/lib/packages.txt | grep .)
}

# Of alternatives "a|b|c" the first that the package lists know; the first where they know none.
available() {
  local name
  for name in ${1//|/ }; do
    if apt-cache show "$name" >/dev/null 2>&1; then
      printf '%s\n' "$name"
      return
    fi
  done
  printf '%s\n' "${1%%|*}"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    die "To install packages, run this as root, or install: $*"
  fi
}

# install_packages GROUP…: does nothing when everything is there.
install_packages() {
  if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
    say "This is not a Debian-like system, so nothing is installed for you"
    printf 'The build needs a C++20 compiler, CMake 3.25, OpenSSL 3, zlib, Boost 1.81 with Boost.URL,\n'
    printf 'fmt 9, nlohmann/json 3.11, CLI11 2 and tl::expected; the tests need GoogleTest, python3,\n'
    printf 'curl, node and the jose command. CMake says next whatever it does not find;\n'
    printf 'AUTHSPEC_CMAKE_FLAGS=-DAUTHSPEC_FETCH=ON lets it download the small libraries.\n'
    return
  fi
  local wanted=() line
  while read -r line; do wanted+=("$line"); done < <(missing_packages "$@")
  if [ "${#wanted[@]}" -eq 0 ]; then return; fi
  say "Installing ${wanted[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null
  local names=()
  for line in "${wanted[@]}"; do names+=("$(available "$line")"); done
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${names[@]}" </dev/null >/dev/null
}

processors() { nproc 2>/dev/null || getconf _NPROCESSORS_ONLN; }

# build PRESET [CMake flags…]: configures and builds into build/PRESET.
build() {
  local preset="$1"
  shift
  say "Building build/$preset (some minutes the first time)"
  # shellcheck disable=SC2086
  cmake --preset "$preset" "$@" ${AUTHSPEC_CMAKE_FLAGS:-} --log-level=WARNING >/dev/null
  # On a terminal, one line that moves.
  if [ -t 1 ]; then
    cmake --build "build/$preset" -j "$(processors)"
  else
    cmake --build "build/$preset" -j "$(processors)" -- --quiet
  fi
}

passed=0
failed=0

# run_tests PRESET [ctest flags…]: runs ctest and adds its counts to `passed` and `failed`.
run_tests() {
  local preset="$1" results total bad
  shift
  results="$root/build/$preset/ctest.xml"
  rm -f "$results"
  ctest --test-dir "build/$preset" -j "$(processors)" --output-on-failure --no-tests=error \
    --output-junit "$results" "$@" </dev/null || true
  if ! [ -s "$results" ]; then
    failed=$((failed + 1))
    return
  fi
  total="$(grep -c '<testcase ' "$results" || true)"
  bad="$(grep -c '<testcase .*status="fail"' "$results" || true)"
  passed=$((passed + total - bad))
  failed=$((failed + bad))
}

# check NAME COMMAND…: one more test, passed if the command is.
check() {
  local name="$1" start=$SECONDS
  shift
  say "$name"
  if "$@" </dev/null; then
    passed=$((passed + 1))
    printf '%s: passed (%d s)\n' "$name" "$((SECONDS - start))"
  else
    failed=$((failed + 1))
    printf '%s: FAILED (%d s)\n' "$name" "$((SECONDS - start))"
  fi
}

# closing_line: the counts, and the exit status that goes with them.
closing_line() {
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

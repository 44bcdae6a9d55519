#!/usr/bin/env bash
# The same scenario gives the same bytes, whatever the compiler and the number of threads: every file of every shipped
# scenario's results, from g++ and clang++, with one thread and with two. Exit code 1 names what differs.
#   tools/same-bytes.sh                       builds the command with the presets check and clang, then compares
#   tools/same-bytes.sh COMMAND COMMAND       compares two commands that exist
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ $# -eq 2 ]; then
  first=$(realpath "$1") second=$(realpath "$2")
elif [ $# -eq 0 ]; then
  for preset in check clang; do
    test -e build/$preset/build.ninja || cmake --preset $preset
    cmake --build --preset $preset --target windtunnel_cli
  done
  first=$PWD/build/check/cli/windtunnel second=$PWD/build/clang/cli/windtunnel
else
  echo "usage: tools/same-bytes.sh [COMMAND COMMAND]" >&2
  exit 2
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
root=$PWD

# fly COMMAND THREADS NAME SCENARIO: the results in $results/NAME. Each run sees the same paths, as summary.txt names them.
fly() {
  local code=0
  mkdir -p "$results/$3"
  (cd "$results/$3" && ln -sfn "$root/scenarios" scenarios &&
    case $4 in
      *.replay) "$1" replay "scenarios/$4.json" --quiet --output result >/dev/null ;;
      *) "$1" run "scenarios/$4.json" --threads "$2" --replications 2 --quiet --output result >/dev/null ;;
    esac) || code=$?
  rm -f "$results/$3/scenarios"
  [ $code -le 1 ] || { echo "same-bytes: $1, $4: exit code $code" >&2; exit 3; } # 1: an objective is missed
}

different=0 files=0
for file in scenarios/*.json scenarios/*/*.json; do
  name=${file#scenarios/} name=${name%.json}
  case $name in *.schema) continue ;; esac
  rm -rf "$results"/*
  fly "$first" 1 a "$name"
  fly "$first" 2 b "$name"
  fly "$second" 1 c "$name"
  files=$((files + $(find "$results/a" -type f | wc -l)))
  for other in b c; do
    if ! diff -rq "$results/a" "$results/$other"; then
      echo "same-bytes: $name: $([ $other = b ] && echo 'two threads differ from one' || echo 'the compilers differ')" >&2
      different=1
    fi
  done
done
[ $files -gt 0 ] || { echo "same-bytes: no results were compared" >&2; exit 3; }
if [ $different -eq 0 ]; then echo "same-bytes: $files files are the same, from both compilers and with one thread and two"; fi
exit $different

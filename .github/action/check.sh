#!/usr/bin/env bash
# Check, annotate and summarise; each use writes files of its own.
# Reads COMMAND, FILES, TARGETS, FAIL_ON, OPTIONS, SARIF, CACHE; writes `report=`, `sarif=` and
# `category=` to GITHUB_OUTPUT. Ends with the exit code of wheelcheck.
set -uo pipefail

folder="$(mktemp -d "$RUNNER_TEMP/wheelcheck.XXXXXX")"
report="$folder/wheelcheck.json"
words=()
for target in $TARGETS; do words+=(--target "$target"); done
if [ -n "$FAIL_ON" ]; then words+=(--fail-on "$FAIL_ON"); fi
if [ -n "$CACHE" ]; then words+=(--cache-dir "$CACHE"); fi

code=0
# The inputs are lists of words, split here on purpose.
# shellcheck disable=SC2086
"$COMMAND" $FILES "${words[@]+"${words[@]}"}" $OPTIONS --format json --output "$report" || code=$?

if [ -f "$report" ]; then
  echo "report=$report" >> "$GITHUB_OUTPUT"
  "$COMMAND" show "$report" --format github 2>/dev/null || true
  "$COMMAND" show "$report" --format markdown 2>/dev/null >> "$GITHUB_STEP_SUMMARY" || true
  if [ "$SARIF" = true ]; then
    "$COMMAND" show "$report" --format sarif --output "$folder/wheelcheck.sarif" 2>/dev/null || true
    {
      echo "sarif=$folder/wheelcheck.sarif"
      # uploads of one job replace each other unless their categories differ
      echo "category=wheelcheck-$(printf '%s|%s|%s' "$FILES" "$TARGETS" "$OPTIONS" | cksum | cut -d' ' -f1)"
    } >> "$GITHUB_OUTPUT"
  fi
fi
exit "$code"

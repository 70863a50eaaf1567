#!/usr/bin/env bash
# Fails where a line that is marked in FILE is no error: mistakes.sh FILE COMPILER [OPTIONS...]
set -uo pipefail
file=$1
shift
output=$("$@" -DWRONG -fsyntax-only "$file" 2>&1)

failed=0
expect() {
  local line lines
  lines=$(grep -n "// $1\$" "$file" | cut -d: -f1) || { echo "no line is marked $1"; failed=1; }
  for line in $lines; do
    grep -qE "mistakes\.cpp:$line:[0-9]+: +$2" <<< "$output" && continue
    echo "compiles: $(sed -n "${line}p" "$file")"
    failed=1
  done
}
expect wrong "(error:|required from here|note: .* requested here)"
expect forgotten "error: .*(deleted|no matching)"
[ $failed = 0 ] || echo "$output"
exit $failed

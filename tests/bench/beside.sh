#!/bin/sh
# Ours beside torchvision's: the same jobs on one thread, in turns so that both meet the same load of the machine.
# Prints the median images a second of processor time of each, and the ratio to each form of torchvision's.
#   beside.sh [BUILD FOLDER] [TURNS]      after cmake -D FOVEA_BENCH=ON; Debian: python3-torchvision
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../../build}
turns=${2:-5}
if ! /usr/bin/python3 -c 'import torch, torchvision, PIL' 2>/dev/null; then
  echo "beside.sh: torchvision is not there, nothing was compared; install python3-torchvision"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/decode_bench" --write_photo="$work/photo.jpg"
ours() {
  "$build/$1" --benchmark_filter="$2" --benchmark_format=csv 2>/dev/null |
    sed -n 's/^"\([^"]*\)",[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,\([0-9.e+]*\),.*/ours \1 \2/p' >>"$work/rates"
}
for turn in $(seq "$turns"); do
  echo "turn $turn of $turns" >&2
  ours augment_bench '/(shift_flip_28x28x1|crop_flip_32x32x3|trivial_augment_32x32x3)$'
  ours decode_bench '^(decode_whole|decode_crop_flip_224)/half_colour$'
  /usr/bin/python3 "$here/augment_torchvision.py" "$work/photo.jpg" | sed 's/^/torchvision /' >>"$work/rates"
done
/usr/bin/python3 - "$work/rates" <<'END'
import statistics
import sys

rates = {"ours": {}, "torchvision": {}}
for line in open(sys.argv[1]):
    whose, name, rate = line.split()
    rates[whose].setdefault(name, []).append(float(rate))
ours = {"decode": "decode_whole/half_colour", "decode_crop_flip_224": "decode_crop_flip_224/half_colour"}
print(f"{'images a second':34}{'ours':>12}{'torchvision':>13}{'ratio':>8}")
for name, values in rates["torchvision"].items():
    job = name.split("/")[0]
    mine = statistics.median(rates["ours"][ours.get(job, "augment_images/" + job)])
    theirs = statistics.median(values)
    print(f"{name:34}{mine:12,.0f}{theirs:13,.0f}{mine / theirs:8.1f}")
END

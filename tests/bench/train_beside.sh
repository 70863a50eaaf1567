#!/bin/sh
# Training beside PyTorch on the same LibTorch, threads, precision and memory order, in turns so that both meet the
# same load of the machine. Prints the median images a second of each, their ratio, and the ratio of each turn.
#   train_beside.sh [FOVEA] [TURNS] [JOB...]      a job is MODEL:SIDE:CHANNELS:BATCH:PRECISION:STEPS
# Debian: python3-torch python3-torchvision; networks of timm need that, in the Python that PYTHON names
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
fovea=${1:-$here/../../build/fovea}
turns=${2:-5}
[ $# -gt 2 ] && shift 2 || set -- simple_cnn:28:1:128:fp32:100 simple_cnn:28:1:128:bf16:100 \
  resnet20:32:3:128:fp32:20 resnet20:32:3:128:bf16:20 resnet18:64:3:64:fp32:10 resnet18:64:3:64:bf16:10
if ! "$python" -c 'import torch, torchvision' 2>/dev/null; then
  echo "train_beside.sh: PyTorch is not there, nothing was compared; install python3-torch python3-torchvision"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The second of two epochs: the first warms up.
ours() {
  rm -rf "$work/store"
  "$fovea" train --dataset synthetic --model "$1" --set load.synthetic.channels="$3" --image-size "$2" \
    --set load.synthetic.samples=$(($4 * $6 * 10 / 9 + 10)) --set load.synthetic.classes=10 --batch-size "$4" \
    --precision "$5" --epochs 2 --augment none --no-visualization --visualization-frequency 0 --json \
    --store "$work/store" --output-dir "$work/results" |
    sed -n 's/.*"epoch":2.*"samples_per_second":\([0-9.e+]*\).*/\1/p' | tail -n 1
}

printf '%-34s%12s%12s%8s   %s\n' "images a second" ours PyTorch ratio "ratio of each turn"
for job in "$@"; do
  IFS=: read -r model side channels batch precision steps <<END_OF_JOB
$job
END_OF_JOB
  : >"$work/pairs"
  for turn in $(seq "$turns"); do
    mine=$(ours "$model" "$side" "$channels" "$batch" "$precision" "$steps")
    theirs=$("$python" "$here/train_pytorch.py" "$model" "$side" "$channels" "$batch" "$precision" "$steps")
    echo "$mine $theirs" >>"$work/pairs"
  done
  "$python" - "$job" "$work/pairs" <<'END_OF_SUMMARY'
import statistics
import sys

pairs = [tuple(map(float, line.split())) for line in open(sys.argv[2])]
mine, theirs = (statistics.median(column) for column in zip(*pairs))
turns = " ".join(f"{a / b:.2f}" for a, b in pairs)
print(f"{sys.argv[1]:34}{mine:12,.0f}{theirs:12,.0f}{mine / theirs:8.2f}   {turns}", flush=True)
END_OF_SUMMARY
done

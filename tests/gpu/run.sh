#!/usr/bin/env bash
# What only a machine with a GPU can show, from the package that tests/gpu/pack.sh makes: ./run.sh [PART...]
#
# Parts, in this order, all by default: probe tests resume accuracy photos speed. FOVEA_MINUTES (8) ends it between two
# measurements; what was left out is told. FOVEA_JOBS names other jobs of speed, MODEL:SIDE:CHANNELS:BATCH:PRECISION:STEPS.
# Results go to results.jsonl, one line each, and are printed as a table. Without a GPU the parts that need one say so,
# and the others run on the CPU.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

begin=$(date +%s)
parts=${*:-probe tests resume accuracy photos speed}
results=$PWD/results.jsonl
: > "$results"
failed=0
gpu=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1)
device=cpu
[ -z "$gpu" ] || device=cuda
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tell() { echo "$1" >> "$results"; }
say() { echo "[$(($(date +%s) - begin)) s] $*" >&2; }
fail() { say "FAILED: $*"; tell "{\"failed\": \"$*\"}"; failed=1; }
case ${FOVEA_MINUTES:=8} in *[!0-9]*) echo "run.sh: FOVEA_MINUTES must be a whole number of minutes, not $FOVEA_MINUTES" >&2; exit 2 ;; esac
in_time() {
  [ $(($(date +%s) - begin)) -lt $((FOVEA_MINUTES * 60)) ] && return
  say "left out, the time is over: $*"
  tell "{\"left_out\": \"$*\"}"
  return 1
}
jobs=${FOVEA_JOBS:-simple_cnn:28:1:128:bf16:200 simple_cnn:28:1:1024:bf16:60 resnet20:32:3:128:bf16:200
  resnet20:32:3:1024:bf16:40 resnet50:224:3:128:bf16:20 convnext_tiny:224:3:128:bf16:20
  vit_small_patch16:224:3:128:bf16:20}
needs_gpu() {
  [ -n "$gpu" ] && return
  say "skipped, there is no GPU: $*"
  tell "{\"skipped\": \"$*\"}"
  return 1
}
fovea() { ./run fovea "$@" --device "$device"; }

part_probe() {
  needs_gpu probe || return 0
  timeout 150 ./run gpu_probe >> "$results" || fail "the probe ended with $?"
}

part_tests() {
  timeout 150 ./run torch_tests '*device*' > "$work/tests" 2>&1 || fail "device tests: $(tail -n 3 "$work/tests" | tr '\n"' '  ')"
  tell "{\"tests\": \"$(grep -E 'test cases|All tests' "$work/tests" | tr -s ' ')\"}"
  cp "$work/tests" tests.log
}

# A run that is killed in its second epoch and started again ends in the bytes of one that was not.
training() {
  fovea train --dataset data --model simple_cnn --epochs 3 --batch-size 128 --learning-rate 0.002 --set train.checkpoint.every_minutes=0.01 \
    --no-visualization --visualization-frequency 0 --json --store "$work/$1" --output-dir "$work/$1.results" --name run
}
part_resume() {
  training whole > "$work/whole.log" 2>&1 || { fail "resume: $(tail -n 1 "$work/whole.log" | tr '"' ' ')"; return; }
  training killed > "$work/killed.log" 2>&1 &
  until grep -q '"epoch":2' "$work/killed.log" || ! kill -0 $!; do sleep 0.05; done
  sleep 0.5
  pkill -KILL -f "$work/killed.results"
  wait
  training killed > "$work/again.log" 2>&1 || { fail "resume: $(tail -n 1 "$work/again.log" | tr '"' ' ')"; return; }
  grep -q '"event":"resumed"' "$work/again.log" || fail "resume: the second run did not go on"
  local a b
  a=$(cat "$work"/whole.results/*/best_model.h5 | sha256sum | cut -c1-16)
  b=$(cat "$work"/killed.results/*/best_model.h5 | sha256sum | cut -c1-16)
  [ "$a" = "$b" ] || fail "resume: $b, not $a"
  tell "{\"resume\": \"killed in epoch 2 and resumed\", \"same_bytes\": $([ "$a" = "$b" ] && echo true || echo false)}"
}

part_accuracy() {
  local precision log
  for precision in fp32 bf16 fp16; do
    in_time "accuracy in $precision" || continue
    log=$work/$precision.log
    if ! fovea run pipelines/fashion_mnist_accurate.json --set train.precision=$precision --json --store "$work/accurate" \
      --output-dir "$work/accurate.$precision" > "$log" 2>&1; then
      [ -n "$gpu" ] || [ $precision != fp16 ] || { say "skipped, the CPU has no fp16"; continue; }
      fail "accuracy in $precision: $(tail -n 1 "$log" | tr '"' ' ')"
      continue
    fi
    python3 table.py accuracy "$precision" "$log" >> "$results"
  done
}

# Images a second of the last of three epochs of synthetic images, and the peak of the GPU's memory in MB:
# MODEL SIDE CHANNELS BATCH PRECISION STEPS [SETTINGS...]
ours() {
  local model=$1 side=$2 channels=$3 batch=$4 precision=$5 steps=$6
  shift 6
  rm -rf "$work/speed"
  fovea train --dataset synthetic --model "$model" --set load.synthetic.channels="$channels" --image-size "$side" \
    --set load.synthetic.samples=$((batch * steps * 10 / 9 + 10)) --set load.synthetic.classes=10 --batch-size "$batch" \
    --precision "$precision" --epochs 3 --augment none --no-visualization --visualization-frequency 0 --json \
    --store "$work/speed" --output-dir "$work/speed.results" "$@" > "$work/speed.log" 2> "$work/speed.err"
  sed -n 's/.*"epoch":3.*"samples_per_second":\([0-9.e+]*\).*/\1/p' "$work/speed.log" | tail -n 1
  sed -n 's/.*"event":"device_memory".*"bytes":\([0-9]*\)[0-9]\{6\}[,}].*/\1/p' "$work/speed.log"
}
theirs() { python3 train_pytorch.py "$@" "$device" 2> "$work/theirs.err"; }

part_speed() {
  needs_gpu "speed beside PyTorch" || return 0
  local turn job mine other peaks
  for turn in 1 2 3 4 5; do
    for job in $jobs; do
      in_time "turn $turn of $job" || continue
      mine=$(ours ${job//:/ } --no-deterministic | tr '\n' ' ')
      other=$(theirs ${job//:/ } | tr '\n' ' ')
      [ -n "$mine" ] && [ -n "$other" ] || { fail "$job: $(tail -n 1 "$work/speed.err" "$work/theirs.err" | tr '\n"' '  ')"; continue; }
      peaks="\"peak_mb\": $(echo "$mine" | cut -d' ' -f2), \"their_peak_mb\": $(echo "$other" | cut -d' ' -f2)"
      tell "{\"speed\": \"${job%:*}\", \"ours\": ${mine%% *}, \"theirs\": ${other%% *}, $peaks}"
    done
  done
}

part_photos() {
  needs_gpu "photographs beside PyTorch's DataLoader" || return 0
  in_time photographs || return 0
  local mine other
  python3 photos_pytorch.py "$work/photos" || { fail "photographs could not be made"; return; }
  mine=$(fovea train --dataset "$work/photos" --model resnet18 --image-size 128 --batch-size 128 --precision bf16 --epochs 3 --validation-split 0.02 \
    --set augment.policy='[{"op":"random_resized_crop"},{"op":"flip_horizontal"}]' --no-deterministic --no-visualization --visualization-frequency 0 --json --store "$work/photo.store" \
    --output-dir "$work/photo.results" 2> "$work/photo.err" | sed -n 's/.*"epoch":3.*"samples_per_second":\([0-9.e+]*\).*/\1/p' | tail -n 1)
  other=$(python3 photos_pytorch.py "$work/photos" 128 128 "$device" 3 2> "$work/theirs.err")
  [ -n "$mine" ] && [ -n "$other" ] || { fail "photographs: $(tail -n 1 "$work/photo.err" "$work/theirs.err" | tr '\n"' '  ')"; return; }
  tell "{\"speed\": \"JPEG to step, resnet18:128:3:128:bf16\", \"ours\": $mine, \"theirs\": $other}"
}

tell "{\"machine\": \"${gpu:-no GPU}, $(nproc) cores, $(python3 -c 'import torch; print("PyTorch", torch.__version__)' 2>/dev/null || echo 'no PyTorch')\"}"
for part in $parts; do
  in_time "$part" || continue
  say "$part"
  "part_$part"
done
python3 table.py table "$results"
exit $failed

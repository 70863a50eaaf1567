#!/bin/sh
# What `fovea predict` reaches of the slower of decoding and the network, over JPEGs of 500 x 375, in turns.
#   predict_beside.sh [BUILD FOLDER] [IMAGES] [TURNS] [JOB...]      after cmake -D FOVEA_BENCH=ON; a job is MODEL:SIDE:BATCH
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build}" && pwd)
images=${2:-10000}
turns=${3:-3}
[ $# -gt 3 ] && shift 3 || set -- resnet18:224:256 simple_cnn:16:256
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$build/decode_bench" --write_photo=photo.jpg
mkdir photos
for i in $(seq "$images"); do ln photo.jpg "photos/$i.jpg"; done

for job in "$@"; do
  IFS=: read -r model side batch <<END_OF_JOB
$job
END_OF_JOB
  rm -rf results .fovea
  "$build/fovea" train --dataset synthetic --model "$model" --image-size "$side" --set load.synthetic.samples=60 \
    --set load.synthetic.classes=3 --set load.synthetic.channels=3 --epochs 1 --batch-size 16 --no-visualization \
    --visualization-frequency 0 -q 2>/dev/null
  echo "$model, $side x $side, batches of $batch, $images images a turn"
  "$build/predict_bench" results/*/best_model.h5 "$images" "$batch" "$turns" photos/1.jpg photos/2.jpg photos/3.jpg
  begin=$(date +%s.%N)
  "$build/fovea" predict results/* photos --batch-size "$batch" --json >said
  end=$(date +%s.%N)
  [ "$(wc -l <said)" = "$images" ]
  awk "BEGIN { printf \"fovea predict, with its start: %.1f images a second\n\", $images / ($end - $begin) }"
done

#!/usr/bin/env bash
# Builds Fovea for the LibTorch of PyTorch's wheel with CUDA, and runs the tests of what computes with LibTorch on it:
# tests/libtorch2.sh [FOLDER]. No GPU is needed. It is not part of the everyday run, as it downloads half a gigabyte: the
# wheel and two small packages of NVIDIA's that it names, into a virtual environment in FOLDER, outside the tree, by default
# ~/.cache/fovea/libtorch2; the build lies there too. Safe to repeat: what is there already is used as it is.
set -euo pipefail

packages=(torch==2.11.0 nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85)
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/fovea/libtorch2}
source "$top/.ci/setup.sh"

fail() { echo "libtorch2: $1" >&2; exit 1; }
mkdir -p "$folder"
folder=$(realpath "$folder")
[ "$folder" != "$top" ] && [[ $folder != "$top"/* ]] || fail "$folder is in the tree; name one outside"
install_packages
if [ "$(cat "$folder/content" 2>/dev/null)" != "${packages[*]}" ]; then
  echo "libtorch2: installs ${packages[*]} in $folder" >&2
  rm -rf "$folder/venv" "$folder/content"
  python3 -m venv "$folder/venv" || fail "no virtual environment can be made; install python3-venv"
  # Their other dependencies are for Python, and for a GPU.
  "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: --no-deps \
    "${packages[@]}" || fail "the packages can't be had from here; see pip's words above"
  echo "${packages[*]}" > "$folder/content"
fi
torch=$(echo "$folder"/venv/lib/python3*/site-packages/torch)
cmake -S "$top" -B "$folder/build" -G Ninja -D CMAKE_BUILD_TYPE=Release -D FOVEA_LIBTORCH="$torch"
cmake --build "$folder/build" --target fovea torch_tests
"$folder/build/torch_tests" "${@:2}"

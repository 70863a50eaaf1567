#!/usr/bin/env bash
# Makes the Python in which TensorBoard, MLflow and onnxruntime check what Fovea writes for them, and tells its path on stdout:
# FOVEA_PEERS=$(tests/peers.sh) tests/run.sh. It is a virtual environment in a folder outside the tree, by default
# ~/.cache/fovea/peers: tests/peers.sh [FOLDER]. Packages come from PyPI, or wherever pip is told to find them. Safe to
# repeat: what is there already, as it is listed here, is used as it is.
set -euo pipefail

packages=(tensorboard==2.21.0 mlflow-skinny==3.17.2 numpy==2.4.6 protobuf==7.36.2 onnxruntime==1.32.0)
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/fovea/peers}

fail() { echo "peers: $1" >&2; exit 1; }

# Runs a command, and shows what it said only where it fails.
quietly() {
  local said
  said=$("$@" 2>&1) || { echo "$said" | tail -n 3 >&2; return 1; }
}

command -v python3 >/dev/null || fail "no python3; install it"
mkdir -p "$folder"
exec 9> "$folder/lock"
flock 9
content="$(python3 --version) ${packages[*]}"
if [ "$(cat "$folder/content" 2>/dev/null)" != "$content" ] || ! "$folder/venv/bin/python" -c '' 2>/dev/null; then
  echo "peers: installs ${packages[*]} in $folder" >&2
  rm -rf "$folder/venv" "$folder/content"
  quietly python3 -m venv "$folder/venv" || fail "no virtual environment can be made; install python3-venv"
  quietly timeout 300 "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --only-binary :all: --retries 1 "${packages[@]}" || fail "the packages can't be had from here; see pip's words above"
  echo "$content" > "$folder/content"
fi
echo "$folder/venv/bin/python"

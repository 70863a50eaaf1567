#!/usr/bin/env bash
# Installs what is needed, builds Fovea, and trains a network on Fashion-MNIST: pipelines/quickstart.sh [options of fovea run]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../.ci/setup.sh"

install_packages
configure
cmake --build "$build" --target fovea
"$build/fovea" run "$top/pipelines/fashion_mnist.json" "$@"
echo "look at the pictures there; the same command again takes a moment, because every result is kept"

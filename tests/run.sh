#!/usr/bin/env bash
# Installs what is needed, builds Fovea with its tests, and runs every test: tests/run.sh [options of ctest]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../.ci/setup.sh"

install_packages
configure
cmake --build "$build"
ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(nproc)" "$@"

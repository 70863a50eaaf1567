# Sourced by pipelines/quickstart.sh and tests/run.sh: installs what .ci/packages lists, and configures the build folder.
# Safe to repeat; does not need root where the packages are there.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${FOVEA_BUILD:-$top/build}

missing_packages() {
  local package
  while read -r package; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done < "$top/.ci/packages"
}

install_packages() {
  command -v dpkg-query >/dev/null || { echo "setup: dpkg is not here; Fovea is set up on Debian 12 or later" >&2; exit 1; }
  local missing root=()
  missing=$(missing_packages | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      root=(sudo)
    else
      echo "setup: packages are missing and can't be installed without root; run: apt-get install $missing" >&2
      exit 1
    fi
  fi
  echo "setup: installs $missing"
  export DEBIAN_FRONTEND=noninteractive
  local log
  log=$(mktemp)
  if ! "${root[@]}" apt-get update -qq ||
     ! "${root[@]}" apt-get install -y -qq --no-install-recommends $missing > "$log" 2>&1; then
    tail -n 15 "$log" >&2
    echo "setup: still missing: $(missing_packages | tr '\n' ' '); install them with apt-get and try again" >&2
    exit 1
  fi
  rm -f "$log"
}

configure() {
  cmake -S "$top" -B "$build" -G Ninja > "$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
  rm -f "$build.log"
}

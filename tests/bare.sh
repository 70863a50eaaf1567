#!/usr/bin/env bash
# Shows that Fovea builds, trains and passes its tests on a bare Debian, as root: tests/bare.sh 12|13 [--keep FOLDER] [COMMAND]...
#
# Makes a bare system with debootstrap in a temporary folder, copies a clean checkout of HEAD in, runs the commands there
# one after another, by default pipelines/quickstart.sh and tests/run.sh, and tells the result and minutes of each. Debian's
# mirror and the proxy are those that this machine's apt uses. With --keep, the system stays in the folder that is named,
# and a later call with that folder goes on in it: packages stay, and so does what was built of the same commit.
#
# The speeds of two releases' LibTorch, compared on an idle machine:
#   for release in 12 13; do
#     tests/bare.sh $release --keep /var/tmp/debian$release pipelines/quickstart.sh \
#       'build/fovea run pipelines/fashion_mnist.json --force train' 'build/fovea run pipelines/fashion_mnist.json --force train'
#   done
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() { echo "bare: $1" >&2; exit 1; }
usage() { echo "usage: tests/bare.sh 12|13 [--keep FOLDER] [COMMAND]..." >&2; exit 2; }

# Debian's own mirror among those that apt is told to use.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    awk '$2 ~ /^(bookworm|trixie|forky|sid|stable|testing|unstable)$/ { print $1; exit }'
}

# What apt was told about proxies, in its own words.
proxies() { apt-config dump | grep -Ei '^Acquire::[a-z]+::(Proxy|[^ ]*::Proxy) ' || true; }

# Mounts and processes are the command's own: both end with it, however it ends. The signals that end this script wait for
# no command: they end it too.
apart() {
  unshare --mount --pid --fork --kill-child --propagation private "$@" &
  child=$!
  wait "$child"
}

make_system() {
  local from more=()
  from=$(mirror)
  [ -n "$from" ] || fail "apt is told of no Debian mirror; name one in /etc/apt/sources.list"
  case $from in https:*) more=(--include=ca-certificates) ;; esac
  echo "bare: Debian $release ($suite) from $from in $system"
  rm -rf --one-file-system "$system"
  apart debootstrap --variant=minbase "${more[@]}" "$suite" "$system" "$from" > "$system.log" 2>&1 ||
    { tail -n 5 "$system.log" >&2; fail "debootstrap did not finish"; }
  proxies > "$system/etc/apt/apt.conf.d/99host"
  touch "$system/fovea.made"
}

# A kept checkout of another commit is replaced with all that was built of it.
copy_checkout() {
  local commit
  commit=$(git -C "$top" rev-parse HEAD)
  [ -z "$(git -C "$top" status --porcelain)" ] || echo "bare: changes that are not committed are left out"
  [ "$(cat "$system/fovea.commit" 2>/dev/null)" != "$commit" ] || return 0
  rm -rf "$system/fovea"
  mkdir "$system/fovea"
  git -C "$top" archive HEAD | tar -x -C "$system/fovea"
  echo "$commit" > "$system/fovea.commit"
}

inside() {
  cp /etc/resolv.conf "$system/etc/resolv.conf"
  apart bash -ec '
    mount -t proc proc "$0/proc"
    mount --rbind /sys "$0/sys"
    mount --rbind /dev "$0/dev"
    exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
      ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} \
      bash -c "cd /fovea && $1"' "$system" "$1"
}

clean_up() {
  [ -z "$child" ] || kill -KILL "$child" 2>/dev/null || true
  [ -n "$keep" ] || rm -rf --one-file-system "$folder" || { sleep 1; rm -rf --one-file-system "$folder"; }
}

case ${1:-} in 12) suite=bookworm ;; 13) suite=trixie ;; *) usage ;; esac
release=$1
shift
keep=
if [ "${1:-}" = --keep ]; then
  [ -n "${2:-}" ] || usage
  mkdir -p "$2"
  keep=$(cd "$2" && pwd)
  shift 2
fi
[ $# != 0 ] || set -- pipelines/quickstart.sh tests/run.sh

[ "$(id -u)" = 0 ] || fail "only root can make a system in a folder; try sudo"
for program in debootstrap git unshare; do
  command -v "$program" >/dev/null || fail "no $program; apt-get install debootstrap git util-linux"
done
folder=${keep:-$(mktemp -d "${TMPDIR:-/var/tmp}/fovea-bare.XXXXXX")}
system=$folder/debian$release
child=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ -e "$system/fovea.made" ] || make_system
copy_checkout
told=() failures=0
for command in "$@"; do
  begin=$SECONDS
  result=right
  inside "$command" || { result="failed with exit code $?"; failures=1; }
  told+=("bare: Debian $release: $command: $result after $(((SECONDS - begin) / 60)) min $(((SECONDS - begin) % 60)) s")
  [ "$failures" = 0 ] || break
done
printf '%s\n' "${told[@]}"
exit "$failures"

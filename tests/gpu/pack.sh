#!/usr/bin/env bash
# Packs what a machine with an NVIDIA GPU needs to run Fovea and tests/gpu/run.sh: tests/gpu/pack.sh BUILD OUT.tar.xz
#
# That machine has Python with torch of the version that BUILD was configured with (FOVEA_LIBTORCH, the `torch` folder of a
# wheel with CUDA), and glibc and libstdc++ of this machine's versions or later; nothing of Fovea or Debian, and no network.
# Packed are the programs, the libraries that they name but for glibc, libstdc++, libgcc_s and what torch brings, three
# fonts, the scripts, and Fashion-MNIST where this machine has it. There: tar xf OUT.tar.xz && fovea/run.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
fail() { echo "pack: $1" >&2; exit 1; }
[ $# = 2 ] || { echo "usage: tests/gpu/pack.sh BUILD OUT.tar.xz" >&2; exit 2; }
build=$(realpath "$1") out=$(realpath -m "$2")
torch=$(sed -n 's/^FOVEA_LIBTORCH:PATH=//p' "$build/CMakeCache.txt")
[ -e "$torch/lib/libtorch_cuda.so" ] || fail "$build is not built for a LibTorch with CUDA; configure it with -D FOVEA_LIBTORCH=.../torch"

cmake --build "$build" --target fovea torch_tests gpu_probe
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
package=$work/fovea
mkdir -p "$package"/{bin,lib,fonts,pipelines}
cp "$build"/libfovea_*.so "$package/lib"
cp "$build"/{fovea,torch_tests,gpu_probe} "$package/bin"
chmod u+w "$package"/{bin,lib}/*
strip --strip-unneeded "$package"/{bin,lib}/*

# What a file names, and where the loader finds it. What the machine has in a version of its own is left out.
theirs='^(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util|mvec|gcc_s|stdc\+\+|gomp|torch|torch_.*|c10|c10_.*|cuda|cudart|cupti|nv.*))\.so'
needed() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }
found() { ldd "$1" | awk -v name="$2" '$1 == name && $3 ~ "^/" { path = $3 } END { print path }'; }
export LD_LIBRARY_PATH=$package/lib:$torch/lib
queue=("$package"/{bin,lib}/*)
while [ ${#queue[@]} -gt 0 ]; do
  file=${queue[0]} queue=("${queue[@]:1}")
  for name in $(needed "$file"); do
    [[ $name =~ $theirs || -e $package/lib/$name ]] && continue
    path=$(found "$file" "$name")
    [ -n "$path" ] || fail "$name, which $file needs, is not found"
    cp -L "$path" "$package/lib/$name"
    queue+=("$path")
  done
done
unset LD_LIBRARY_PATH

cp /usr/share/fonts/truetype/dejavu/{DejaVuSans,DejaVuSans-Bold,DejaVuSansMono}.ttf "$package/fonts"
cat > "$package/fonts/fonts.conf" <<'END'
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">.</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
END
cp "$here"/{run.sh,run,table.py,photos_pytorch.py} "$top/tests/bench/train_pytorch.py" "$package"
data=/usr/share/datasets/fashion-mnist
if [ -d "$data" ]; then
  cp -rL "$data" "$package/data"
  for definition in "$top"/pipelines/fashion_mnist{,_accurate}.json; do
    sed "s,$data,../data," "$definition" > "$package/pipelines/$(basename "$definition")"
  done
else
  echo "pack: $data is not here (Debian: dataset-fashion-mnist); the package has no data" >&2
fi
tar -C "$work" -c fovea | xz -T0 -6 > "$out"
echo "pack: $(du -m "$out" | cut -f1) MB, $(ls "$package/lib" | wc -l) libraries: $out"

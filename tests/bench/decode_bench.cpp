#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
// <cstdio> comes before it.
#include <jpeglib.h>

#include "graph/random.hpp"
#include "stages/data/image_file.hpp"

#pragma once

// Attributes of functions that loop over pixels. `FOVEA_VECTOR_CODE` compiles a function once for each vector
// width, and the best one is picked at program start; every width gives the same bytes. `FOVEA_INLINE` (for a
// member, `FOVEA_INLINE_MEMBER`) inlines a function into such a function.

#if defined(__x86_64__) && defined(__GNUC__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define FOVEA_VECTOR_CODE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOVEA_VECTOR_CODE
#endif

#define FOVEA_INLINE __attribute__((always_inline)) static inline
#define FOVEA_INLINE_MEMBER __attribute__((always_inline)) inline

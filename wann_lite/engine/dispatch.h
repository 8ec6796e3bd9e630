/* The passes of kernels.h, compiled for several instruction sets; `choose_kernels` takes the best that runs here. */

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
#define SEVERAL_TARGETS 1
#else
#define SEVERAL_TARGETS 0 /* NEON is part of every arm64; other compilers get what they are told to use */
#endif

#ifdef _MSC_VER
#include <intrin.h> /* before the next line, which that header would not bear */
#define restrict __restrict
#endif

typedef struct {
    const char *instructions;
    void (*activate)(int, float, const float *, float *, int);
    void (*fill)(float *, float, int);
    void (*add)(float *, const float *, int);
    void (*begin)(float *, const float *, const float *, float, const float *, float, int);
    void (*go_on)(float *, const float *, float, const float *, float, int);
    void (*scale)(float *, float, const float *, int);
    void (*exchange)(float *, const float *, const float *, float *, int);
    double (*sum)(const float *, int);
    double (*sum_of_logs)(const float *, float *, int);
    void (*extremes)(const float *, float *, float *, int);
    void (*normalise)(float *, int, float **, long, float *, float *, int);
    void (*centre)(float *, int, float *, int, int, double *, double *);
    void (*tilt)(const float *, int, float, float *, float *, float *, float *, int);
} Kernels;

#define TABLE(suffix, name)                                                                                            \
    {                                                                                                                  \
        name, activate_##suffix, fill_##suffix, add_##suffix, begin_##suffix, go_on_##suffix, scale_##suffix,          \
            exchange_##suffix, sum_##suffix, sum_of_logs_##suffix, extremes_##suffix, normalise_##suffix,              \
            centre_##suffix, tilt_##suffix                                                                             \
    }

#define KERNEL(name) name##_plain
#define TARGET
#include "kernels.h"
#undef KERNEL
#undef TARGET
static const Kernels plain_kernels = TABLE(plain, SEVERAL_TARGETS ? "SSE2" : "the compiler's own");

#if SEVERAL_TARGETS
#define KERNEL(name) name##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#include "kernels.h"
#undef KERNEL
#undef TARGET
static const Kernels avx2_kernels = TABLE(avx2, "AVX2");

#define KERNEL(name) name##_avx512
#ifdef __clang__ /* does not know the width here, and would leave out all of the attribute */
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#else
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prefer-vector-width=512")))
#endif
#include "kernels.h"
#undef KERNEL
#undef TARGET
static const Kernels avx512_kernels = TABLE(avx512, "AVX-512");
#endif

#ifdef _MSC_VER
#undef restrict
#endif

static const Kernels *choose_kernels(int at_most) {
#if SEVERAL_TARGETS
    __builtin_cpu_init();
    if (at_most >= 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        return &avx512_kernels;
    if (at_most >= 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &avx2_kernels;
#endif
    (void)at_most;
    return &plain_kernels;
}

/* Threads that share a list of work: each claims the next piece. */
#ifdef _MSC_VER
static long claim(volatile long *counter) { return _InterlockedExchangeAdd(counter, 1); }
static long look(volatile long *counter) { return _InterlockedExchangeAdd(counter, 0); }
static void publish(volatile long *counter, long value) { _InterlockedExchange(counter, value); }
#else
static long claim(volatile long *counter) { return __atomic_fetch_add(counter, 1, __ATOMIC_ACQ_REL); }
static long look(volatile long *counter) { return __atomic_load_n(counter, __ATOMIC_ACQUIRE); }
static void publish(volatile long *counter, long value) { __atomic_store_n(counter, value, __ATOMIC_RELEASE); }
#endif

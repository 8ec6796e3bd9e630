/* Passes over rows of float32, written so that a compiler turns each loop into vector instructions.

   This file is included once for each instruction set (dispatch.h), with KERNEL(name) naming that set's copy and
   TARGET saying for which processor it is compiled. Every row has a length n that is a multiple of LANES. */

#define LANES 16

/* e^x to about 2 ulp: x = k log 2 + r, a polynomial in r, and k into the exponent's bits. NaN stays NaN. */
static inline TARGET float KERNEL(exp1)(float x) {
    union { float f; int32_t i; } power, rounded;
    x = x > 89.0f ? 89.0f : x;
    x = x < -87.0f ? -87.0f : x;
    rounded.f = x * 1.44269504f + 12582912.0f; /* 1.5 * 2^23: the integer is left in the low bits */
    float k = rounded.f - 12582912.0f;
    float r = x - k * 0.693359375f + k * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    power.i = (int32_t)((uint32_t)(rounded.i - 0x4B400000 + 127) << 23);
    return p * power.f;
}

/* log x for x > 0; infinity and NaN give NaN. */
static inline TARGET float KERNEL(log1)(float x) {
    union { float f; int32_t i; } bits;
    bits.f = x;
    int32_t e = (bits.i - 0x3F3504F3) >> 23; /* so that the rest is in [sqrt(1/2), sqrt(2)) */
    float k = (float)e;
    bits.i -= (int32_t)((uint32_t)e << 23);
    float f = bits.f - 1.0f, s = f * f;
    float p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    p = p * f * s - 2.12194440e-4f * k - 0.5f * s;
    return f + p + 0.693359375f * k + (x - x);
}

/* sin and cos of pi r for |r| <= 1/2, by Taylor's series, whose next term is below 1e-7. */
static inline TARGET float KERNEL(sin_pi)(float r) {
    float s = r * r;
    float p = -0.00737043094f;
    p = p * s + 0.0821458866f;
    p = p * s - 0.599264529f;
    p = p * s + 2.55016404f;
    p = p * s - 5.16771278f;
    p = p * s + 3.14159265f;
    return r * p;
}

static inline TARGET float KERNEL(cos_pi)(float r) {
    float s = r * r;
    float p = 0.00192957431f;
    p = p * s - 0.0258068913f;
    p = p * s + 0.235330630f;
    p = p * s - 1.33526277f;
    p = p * s + 4.05871213f;
    p = p * s - 4.93480220f;
    return p * s + 1.0f;
}

static inline TARGET float KERNEL(tanh1)(float x) {
    float s = x * x;
    float p = -5.70498872745e-3f;
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    float inner = x + x * s * p;
    float outer = 1.0f - 2.0f / (KERNEL(exp1)(2.0f * x) + 1.0f);
    return s < 0.390625f ? inner : outer;
}

/* value = f(weight * sum); the codes are the places in ACTIVATIONS of _hot.pyx. */
static TARGET void KERNEL(activate)(int code, float weight, const float *restrict sum, float *restrict value, int n) {
#define EACH(expression)                                                                                               \
    for (ptrdiff_t i = 0; i < n; i++) {                                                                                \
        float x = weight * sum[i];                                                                                     \
        value[i] = (expression);                                                                                       \
    }                                                                                                                  \
    break
    switch (code) {
    case 0: EACH(x);
    case 1: EACH(x > 0.0f ? 1.0f : (x == x ? 0.0f : x));
    case 2:
    case 9:
        for (ptrdiff_t i = 0; i < n; i++) {
            union { float f; int32_t i; } rounded, result;
            float x = weight * sum[i];
            rounded.f = x + 12582912.0f;
            float r = x - (rounded.f - 12582912.0f);
            result.f = code == 2 ? KERNEL(sin_pi)(r) : KERNEL(cos_pi)(r);
            result.i ^= (int32_t)((uint32_t)rounded.i << 31); /* another sign in every other half turn */
            value[i] = result.f;
        }
        break;
    case 3: EACH(KERNEL(exp1)(-0.5f * x * x));
    case 4: EACH(KERNEL(tanh1)(x));
    case 5: EACH(1.0f / (1.0f + KERNEL(exp1)(-x)));
    case 6: EACH(-x);
    case 7: EACH(x < 0.0f ? -x : x);
    case 8: EACH(x < 0.0f ? 0.0f : x);
    default: EACH(x * NAN); /* a name in ACTIVATIONS that nobody has written a line for */
    }
#undef EACH
}

static TARGET void KERNEL(fill)(float *restrict total, float value, int n) {
    for (ptrdiff_t i = 0; i < n; i++) total[i] = value;
}

static TARGET void KERNEL(add)(float *restrict total, const float *restrict row, int n) {
    for (ptrdiff_t i = 0; i < n; i++) total[i] += row[i];
}

/* total = base + p a + q b, where p and q are 1 or -1: rounded as two steps are. Without a base it is 0, and b may be
   missing: two rows in one pass, for it is passes over memory that take the time. */
static TARGET void KERNEL(begin)(float *restrict total, const float *restrict base, const float *restrict a, float p,
                                 const float *restrict b, float q, int n) {
    if (base && b) {
        for (ptrdiff_t i = 0; i < n; i++) total[i] = base[i] + p * a[i] + q * b[i];
    } else if (base) {
        for (ptrdiff_t i = 0; i < n; i++) total[i] = base[i] + p * a[i];
    } else if (b) {
        for (ptrdiff_t i = 0; i < n; i++) total[i] = p * a[i] + q * b[i];
    } else {
        for (ptrdiff_t i = 0; i < n; i++) total[i] = p * a[i];
    }
}

/* total += p a + q b, as above. */
static TARGET void KERNEL(go_on)(float *restrict total, const float *restrict a, float p, const float *restrict b,
                                 float q, int n) {
    if (b) {
        for (ptrdiff_t i = 0; i < n; i++) total[i] = total[i] + p * a[i] + q * b[i];
    } else {
        for (ptrdiff_t i = 0; i < n; i++) total[i] += p * a[i];
    }
}

/* row = row * factor - reference */
static TARGET void KERNEL(scale)(float *restrict row, float factor, const float *restrict reference, int n) {
    for (ptrdiff_t i = 0; i < n; i++) row[i] = row[i] * factor - reference[i];
}

/* column = e^row, and the total exchanges the old column for it */
static TARGET void KERNEL(exchange)(float *restrict total, const float *restrict old, const float *restrict row,
                                    float *restrict column, int n) {
    for (ptrdiff_t i = 0; i < n; i++) {
        float e = KERNEL(exp1)(row[i]);
        total[i] += e - old[i];
        column[i] = e;
    }
}

static TARGET double KERNEL(sum)(const float *row, int n) {
    float lanes[LANES] = {0};
    double total = 0;
    ptrdiff_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int lane = 0; lane < LANES; lane++) lanes[lane] += row[i + lane];
    for (; i < n; i++) total += row[i];
    for (int lane = 0; lane < LANES; lane++) total += lanes[lane];
    return total;
}

/* The sum of the logarithms of the first n of a row whose length is a multiple of LANES. */
static TARGET double KERNEL(sum_of_logs)(const float *restrict row, float *restrict logs, int n) {
    int padded = (n + LANES - 1) / LANES * LANES;
    for (ptrdiff_t i = 0; i < padded; i++) logs[i] = KERNEL(log1)(row[i]);
    return KERNEL(sum)(logs, n);
}

/* The least and the greatest of a row that should be positive. Then floats are ordered as their bits are, and whole
   numbers have a vector instruction for it. A NaN makes the least or the greatest NaN. */
static TARGET void KERNEL(extremes)(const float *restrict row, float *least, float *greatest, int n) {
    union { float f; int32_t i; } x, low, high;
    low.f = high.f = row[0];
    for (ptrdiff_t i = 0; i < n; i++) {
        x.f = row[i];
        low.i = x.i < low.i ? x.i : low.i;
        high.i = x.i > high.i ? x.i : high.i;
    }
    *least = low.f;
    *greatest = high.f;
}

/* Rows z (classes, n, one after the other) become z - log sum exp z, which goes to the reference, and each column, from
   `at` on, its exponentials. */
static TARGET void KERNEL(normalise)(float *restrict z, int classes, float **columns, long at,
                                     float *restrict reference, float *restrict total, int n) {
    for (ptrdiff_t i = 0; i < n; i++) reference[i] = z[i];
    for (int c = 1; c < classes; c++)
        for (ptrdiff_t i = 0; i < n; i++) reference[i] = z[c * n + i] > reference[i] ? z[c * n + i] : reference[i];
    KERNEL(fill)(total, 0.0f, n);
    for (int c = 0; c < classes; c++) {
        float *restrict column = columns[c] + at;
        for (ptrdiff_t i = 0; i < n; i++) {
            float e = KERNEL(exp1)(z[c * n + i] - reference[i]);
            column[i] = e;
            total[i] += e;
        }
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        reference[i] += KERNEL(log1)(total[i]);
        total[i] = 1.0f / total[i];
    }
    for (int c = 0; c < classes; c++) {
        float *restrict column = columns[c] + at;
        for (ptrdiff_t i = 0; i < n; i++) {
            column[i] *= total[i];
            z[c * n + i] -= reference[i];
        }
    }
}

/* Rows z (classes, n) lose their mean over the classes; the sums of squares before and after, over the first `real`. */
static TARGET void KERNEL(centre)(float *restrict z, int classes, float *restrict mean, int n, int real,
                                  double *before, double *after) {
    float inverse = 1.0f / (float)classes;
    KERNEL(fill)(mean, 0.0f, n);
    for (int c = 0; c < classes; c++) KERNEL(add)(mean, z + c * n, n);
    for (ptrdiff_t i = 0; i < n; i++) mean[i] *= inverse;
    *before = *after = 0;
    for (int c = 0; c < classes; c++) {
        float *row = z + c * n;
        float raw[LANES] = {0}, rest[LANES] = {0};
        ptrdiff_t i = 0;
        for (; i + LANES <= real; i += LANES)
            for (int lane = 0; lane < LANES; lane++) {
                float x = row[i + lane], d = x - mean[i + lane];
                raw[lane] += x * x;
                rest[lane] += d * d;
                row[i + lane] = d;
            }
        for (; i < n; i++) {
            float x = row[i], d = x - mean[i];
            if (i < real) {
                *before += x * x;
                *after += d * d;
            }
            row[i] = d;
        }
        for (int lane = 0; lane < LANES; lane++) {
            *before += raw[lane];
            *after += rest[lane];
        }
    }
}

/* For rows z (classes, n) and softmax(factor * z): the mean of z under it, and its variance, as rows. */
static TARGET void KERNEL(tilt)(const float *restrict z, int classes, float factor, float *restrict mean,
                                float *restrict variance, float *restrict greatest, float *restrict total, int n) {
    for (ptrdiff_t i = 0; i < n; i++) greatest[i] = z[i];
    for (int c = 1; c < classes; c++)
        for (ptrdiff_t i = 0; i < n; i++) greatest[i] = z[c * n + i] > greatest[i] ? z[c * n + i] : greatest[i];
    KERNEL(fill)(mean, 0.0f, n);
    KERNEL(fill)(variance, 0.0f, n);
    KERNEL(fill)(total, 0.0f, n);
    for (int c = 0; c < classes; c++)
        for (ptrdiff_t i = 0; i < n; i++) {
            float x = z[c * n + i], e = KERNEL(exp1)(factor * (x - greatest[i]));
            total[i] += e;
            mean[i] += e * x;
            variance[i] += e * x * x;
        }
    for (ptrdiff_t i = 0; i < n; i++) {
        mean[i] /= total[i];
        variance[i] = variance[i] / total[i] - mean[i] * mean[i];
    }
}

#undef LANES

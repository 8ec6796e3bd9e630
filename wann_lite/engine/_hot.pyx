# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The array work of a population in compiled code: whole children at a time, a block of examples after the other.

A child's nodes, its changed outputs and its loss are computed for a few hundred examples, all of it in the processor's
cache, before the next examples come: what the parent holds is read once and nothing is written. Plans arrive as
`Program`s, lists of whole numbers in which a node is a slot, or, where it belongs to one plan alone, a negative number.
What each step means is said in `plan`, what each array holds in `numpy_backend`; both backends agree to rounding.
"""

cimport cython
from libc.stdint cimport uintptr_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy, memset

import numpy as np

from ._program cimport CHUNK, Program

cdef extern from "sources.h":
    const char *fingerprint_of_sources()

#: The fingerprint of what this was compiled from.
SOURCES = fingerprint_of_sources().decode()

#: What `activate` in kernels.h can do, in the order of its codes.
ACTIVATIONS = ("linear", "step", "sin", "gaussian", "tanh", "sigmoid", "inverse", "abs", "relu", "cos")

cdef extern from "dispatch.h" nogil:
    ctypedef struct Kernels:
        const char *instructions
        void (*activate)(int code, float weight, const float *total, float *value, int n) noexcept nogil
        void (*fill)(float *row, float value, int n) noexcept nogil
        void (*add)(float *total, const float *row, int n) noexcept nogil
        void (*begin)(float *total, const float *base, const float *a, float p, const float *b, float q,
                      int n) noexcept nogil
        void (*go_on)(float *total, const float *a, float p, const float *b, float q, int n) noexcept nogil
        void (*scale)(float *row, float factor, const float *reference, int n) noexcept nogil
        void (*exchange)(float *total, const float *old, const float *row, float *column, int n) noexcept nogil
        double (*sum)(const float *row, int n) noexcept nogil
        double (*sum_of_logs)(const float *row, float *logs, int n) noexcept nogil
        void (*extremes)(const float *row, float *least, float *greatest, int n) noexcept nogil
        void (*normalise)(float *z, int classes, float **columns, long at, float *reference, float *total,
                          int n) noexcept nogil
        void (*centre)(float *z, int classes, float *mean, int n, int real, double *before,
                       double *after) noexcept nogil
        void (*tilt)(const float *z, int classes, float factor, float *mean, float *variance, float *greatest,
                     float *total, int n) noexcept nogil
    const Kernels *choose_kernels(int at_most)
    long claim(long *counter)
    long look(long *counter)
    void publish(long *counter, long value)

cdef extern from *:
    """
    #define SLAB (1 << 21) /* a large page */
    #ifdef _WIN32
    #include <windows.h>
    static void wait_a_little(void) { SwitchToThread(); }
    static void *slab(size_t size) { return malloc(size); }
    #else
    #include <sched.h>
    #include <sys/mman.h>
    static void wait_a_little(void) { sched_yield(); }
    static void *slab(size_t size) {
        void *memory;
        if (posix_memalign(&memory, SLAB, size)) return NULL;
    #ifdef MADV_HUGEPAGE
        madvise(memory, size, MADV_HUGEPAGE);
    #endif
        return memory;
    }
    #endif
    """
    void wait_a_little() nogil
    void *slab(size_t size) nogil
    enum:
        SLAB

cdef enum:
    BLOCK = 256  # examples at a time: what a child computes for them stays in the cache
    LANES = 16  # the length of a row is a multiple of this
    NONE = -2147483648

# As in numpy_backend.
cdef float CANCELLED = 0.03, LEAST = 1e-20, GREATEST = 1e20

cdef const Kernels *K = choose_kernels(2)


def instructions() -> str:
    """The instruction set in use."""
    return K.instructions.decode()


def choose(at_most: int) -> str:
    """Use no instruction set beyond 0 (SSE2), 1 (AVX2) or 2 (AVX-512), and return the one in use."""
    global K
    K = choose_kernels(at_most)
    return instructions()


cdef void *resized(void *memory, size_t size) except NULL:
    """The memory at another size; where there is none, it stays as it was."""
    cdef void *found = realloc(memory, size)
    if found is NULL:
        raise MemoryError()
    return found


# --- what is held

# The garbage collector takes the parts of a cycle to pieces in any order. These two must stay whole until they are
# freed; they hold nothing that could be part of a cycle.
@cython.no_gc
cdef class Pool:
    """Blocks of float32 of one size, given out and taken back: new memory from the system is slow to touch.

    They are cut from slabs, for which the system is asked to use large pages: it finds an address among those sooner.
    """

    cdef readonly long count
    cdef list spare, slabs

    def __cinit__(self, long count):
        self.count, self.spare, self.slabs = count, [], []

    def __dealloc__(self):
        for address in self.slabs:
            free(<void *> <uintptr_t> address)

    cdef uintptr_t take(self) except 0:
        cdef size_t block = self.count * sizeof(float) + 64, size, at
        cdef void *memory
        if not self.spare:
            size = (max(8 * block, <size_t> SLAB) + SLAB - 1) // SLAB * SLAB
            memory = slab(size)
            if memory is NULL:
                raise MemoryError()
            self.slabs.append(<uintptr_t> memory)
            for at in range(size // block):
                self.spare.append(<uintptr_t> memory + (size // block - 1 - at) * block)
        return self.spare.pop()


@cython.no_gc
cdef class Rows:
    """Memory for float32, on the boundary of a cache line; from a pool if there is one."""

    cdef void *memory
    cdef float *data
    cdef Py_ssize_t nbytes
    cdef Pool pool

    def __cinit__(self, long count, Pool pool=None):
        if pool is not None:
            count = pool.count
        self.nbytes, self.pool = count * sizeof(float), pool
        if pool is not None:
            self.memory = <void *> pool.take()
        else:
            self.memory = malloc(self.nbytes + 64)
        if self.memory is NULL:
            raise MemoryError()
        self.data = <float *> ((<uintptr_t> self.memory + 63) & ~<uintptr_t> 63)

    def __dealloc__(self):
        if self.pool is not None and self.memory is not NULL:
            self.pool.spare.append(<uintptr_t> self.memory)
        else:
            free(self.memory)


cdef struct View:
    float *reference
    float *total
    float **column
    float *scale
    double *hits  # (outputs, W)
    float greatest


cdef class Loss:
    """As `numpy_backend.Loss`: columns and the reference are shared with parents and children."""

    cdef View view
    cdef list columns
    cdef Rows reference, total

    def __cinit__(self, int n_outputs, int n_weights):
        self.view.column = <float **> malloc(n_outputs * sizeof(float *))
        self.view.scale = <float *> malloc(n_weights * sizeof(float))
        self.view.hits = <double *> malloc(n_outputs * n_weights * sizeof(double))
        if self.view.column is NULL or self.view.scale is NULL or self.view.hits is NULL:
            raise MemoryError()
        self.columns = [None] * n_outputs

    def __dealloc__(self):
        free(self.view.column)
        free(self.view.scale)
        free(self.view.hits)

    cdef put(self, Rows reference, Rows total):
        self.reference, self.total = reference, total
        self.view.reference, self.view.total = reference.data, total.data

    cdef put_column(self, int place, Rows rows):
        self.columns[place] = rows
        self.view.column[place] = rows.data


cdef class Scratch:
    """What one thread needs for one block: a child's own nodes, its changed outputs, and some rows."""

    cdef float *nodes
    cdef float *columns
    cdef unsigned char *thin
    cdef int n_weights, transient, changed
    cdef Rows z, total, row

    def __cinit__(self, int n_weights, int outputs):
        self.n_weights = n_weights
        self.z, self.total, self.row = Rows(outputs * BLOCK), Rows(BLOCK), Rows(4 * BLOCK)

    def __dealloc__(self):
        free(self.nodes)
        free(self.columns)
        free(self.thin)

    cdef bint make_room(self, int transient, int changed) noexcept nogil:
        """Whether there is memory for so many nodes of a child's own, and changed outputs."""
        if transient > self.transient:
            free(self.nodes)
            free(self.thin)
            self.nodes = <float *> malloc(sizeof(float) * 2 * BLOCK * self.n_weights * transient)
            self.thin = <unsigned char *> malloc(transient)
            self.transient = transient if self.nodes is not NULL and self.thin is not NULL else 0
        if changed > self.changed:
            free(self.columns)
            self.columns = <float *> malloc(sizeof(float) * BLOCK * changed)
            self.changed = changed if self.columns is not NULL else 0
        return self.transient >= transient and self.changed >= changed


cdef struct Place:
    float *data
    long stride  # from one weight to the next; 0 where all share a row


cdef inline float *shifted(Place place, long weight) noexcept nogil:
    return NULL if place.data is NULL else place.data + weight * place.stride


cdef struct Task:
    int *plan
    int *changed  # how many, then place, node and activation of each
    View *parent
    View *child  # NULL where nothing is kept
    double *losses  # (W,)
    unsigned char *fits


cdef class Tasks:
    """Room for so many tasks."""

    cdef Task *data
    cdef long count

    def __cinit__(self, long count):
        self.count, self.data = count, <Task *> malloc((count + 1) * sizeof(Task))
        if self.data is NULL:
            raise MemoryError()

    def __dealloc__(self):
        free(self.data)


cpdef long room(long n):
    """The memory of how many examples a shard of n takes: whole blocks, and room for a batch that grows a little."""
    cdef long blocks = max(1, (n + BLOCK - 1) // BLOCK), step = 1
    while 16 * step <= blocks:
        step *= 2
    return BLOCK * ((blocks + step - 1) // step * step)


cdef class Shard:
    """Holds the outputs of distinct nodes on a slice of the batch, and carries out programs.

    Parameters
    ----------
    x : ndarray of float32 (n, inputs)
    labels : ndarray of int (n,)
    weights : sequence of float (W,)
    n_outputs : int
    sample : int
        One example in so many decides the scale.
    predecessor : Shard, optional
        One whose memory this one takes over; it holds nothing from then on.
    """

    cdef long n, length, blocks, n_weights, first, n_outputs, sample, room, n_losses
    cdef float *weights
    cdef long *bounds
    cdef float **sums
    cdef float **values
    cdef unsigned char *thin
    cdef View **losses
    cdef dict nodes, kept
    cdef Rows inputs
    cdef Pool pool

    def __cinit__(self, x, labels, weights, int n_outputs, int sample, Shard predecessor=None):
        cdef long i, c, w
        self.n, self.first = x.shape[0], 1 + x.shape[1]
        self.length = max(LANES, (self.n + LANES - 1) // LANES * LANES)
        self.n_weights, self.n_outputs, self.sample = len(weights), n_outputs, sample
        self.nodes, self.kept = {}, {}
        self.blocks = (self.length + BLOCK - 1) // BLOCK
        self.pool = Pool(self.n_weights * room(self.n))
        if predecessor is not None:
            predecessor.nodes.clear()
            predecessor.kept.clear()
            predecessor.n_losses = 0
            if predecessor.pool.count == self.pool.count:
                self.pool = predecessor.pool
        self.weights = <float *> malloc(self.n_weights * sizeof(float))
        self.bounds = <long *> malloc((n_outputs + 1) * sizeof(long))
        if self.weights is NULL or self.bounds is NULL:
            raise MemoryError()
        for w in range(self.n_weights):
            self.weights[w] = weights[w]
        self._make_room(2 * self.first)
        order = np.argsort(labels, kind="stable")
        limits = np.searchsorted(np.asarray(labels)[order], np.arange(n_outputs + 1))
        for c in range(n_outputs + 1):
            self.bounds[c] = limits[c]
        # Behind the last example stand copies of it, so that they upset nothing.
        padded = np.resize(order, self.length) if self.n else np.zeros(self.length, int)
        padded[self.n :] = order[self.n - 1] if self.n else 0
        cdef const float[:, ::1] rows = np.ascontiguousarray(
            x[padded].T if self.n else np.zeros((x.shape[1], self.length)), dtype=np.float32
        )
        self.inputs = Rows(self.first * self.length)
        K.fill(self.inputs.data, 1.0, self.length)
        for i in range(self.first):
            self.values[i] = self.inputs.data + i * self.length
            if i:
                memcpy(self.values[i], &rows[i - 1, 0], self.length * sizeof(float))

    def __dealloc__(self):
        free(self.weights)
        free(self.bounds)
        free(self.sums)
        free(self.values)
        free(self.thin)
        free(self.losses)

    cdef int _make_room(self, long slots) except -1:
        self.sums = <float **> resized(self.sums, slots * sizeof(float *))
        self.values = <float **> resized(self.values, slots * sizeof(float *))
        self.thin = <unsigned char *> resized(self.thin, slots)
        self.room = slots
        return 0

    @property
    def held_bytes(self) -> int:
        """The memory of all sums, outputs and losses that are held."""
        cdef Rows rows
        cdef Loss loss
        held = {}
        for pair in self.nodes.values():
            for rows in pair:
                if rows is not None:
                    held[id(rows)] = rows.nbytes
        for loss in self.kept.values():
            for rows in (*loss.columns, loss.reference, loss.total):
                held[id(rows)] = rows.nbytes
        return sum(held.values())

    # --- nodes

    def hold(self, Program program):
        """Compute nodes and keep them."""
        cdef int *at = program.data
        cdef long k, b
        cdef int slot, is_output, thin
        cdef Rows total, value
        cdef Scratch scratch = Scratch(self.n_weights, 1)
        for k in range(program.steps):
            slot, is_output, thin = at[0], at[2], at[3]
            while slot >= self.room:
                self._make_room(2 * self.room)
            total = Rows(self.length) if thin else Rows(0, self.pool)
            value = None if is_output else Rows(0, self.pool)
            self.nodes[slot] = (total, value)
            self.sums[slot], self.values[slot], self.thin[slot] = total.data, NULL, thin
            if value is not None:
                self.values[slot] = value.data
            at += 7 + at[5] + at[6]
        with nogil:
            for b from 0 <= b < self.length by BLOCK:
                self.carry_out(program.data, program.steps, b, min(BLOCK, self.length - b), scratch)

    def release(self, slots):
        """Forget nodes."""
        for slot in slots:
            del self.nodes[slot]

    cdef inline Place sum_of(self, int name, long b, Scratch scratch) noexcept nogil:
        cdef Place place
        if name >= 0:
            place.data = self.sums[name] + (b if self.thin[name] else b * self.n_weights)
            place.stride = 0 if self.thin[name] else BLOCK
        else:
            place.data = scratch.nodes + <Py_ssize_t> 2 * (-1 - name) * self.n_weights * BLOCK
            place.stride = 0 if scratch.thin[-1 - name] else BLOCK
        return place

    cdef inline Place value_of(self, int name, long b, Scratch scratch) noexcept nogil:
        cdef Place place
        if name >= 0:
            place.data = self.values[name] + (b if name < self.first else b * self.n_weights)
            place.stride = 0 if name < self.first else BLOCK
        else:
            place.data = scratch.nodes + (1 + <Py_ssize_t> 2 * (-1 - name)) * self.n_weights * BLOCK
            place.stride = BLOCK
        return place

    cdef int *carry_out(self, int *at, int steps, long b, int n, Scratch scratch) noexcept nogil:
        """Take so many steps for the n examples from b on; return where the program goes on."""
        cdef int step, name, code, is_output, thin, base, gained, lost, k
        cdef long w
        cdef Place total, other, value, second
        cdef float p, q
        for step in range(steps):
            name, code, is_output, thin, base, gained, lost = at[0], at[1], at[2], at[3], at[4], at[5], at[6]
            at += 7
            if name < 0:
                scratch.thin[-1 - name] = thin
            total = self.sum_of(name, b, scratch)
            other.data, other.stride = NULL, 0
            if base != NONE:
                other = self.sum_of(base, b, scratch)
            if not gained + lost:  # a copy, or a sum of nothing
                for w in range(1 if thin else self.n_weights):
                    if base != NONE:
                        memcpy(shifted(total, w), shifted(other, w), n * sizeof(float))
                    else:
                        K.fill(shifted(total, w), 0.0, n)
            for k from 0 <= k < gained + lost by 2:
                value = self.value_of(at[k], b, scratch)
                p = 1 if k < gained else -1
                second.data, second.stride, q = NULL, 0, 0
                if k + 1 < gained + lost:
                    second = self.value_of(at[k + 1], b, scratch)
                    q = 1 if k + 1 < gained else -1
                for w in range(1 if thin else self.n_weights):
                    if k == 0:
                        K.begin(shifted(total, w), shifted(other, w), shifted(value, w), p, shifted(second, w), q, n)
                    else:
                        K.go_on(shifted(total, w), shifted(value, w), p, shifted(second, w), q, n)
            at += gained + lost
            if not is_output:
                value = self.value_of(name, b, scratch)
                for w in range(self.n_weights):
                    K.activate(code, self.weights[w], total.data + w * total.stride, value.data + w * value.stride, n)
        return at

    # --- the scale

    def spread(self, Program outputs):
        """The sums over the sample of the squares of the outputs, centred and as they are.

        Returns
        -------
        (ndarray (2, networks, W), int)
            And how many numbers are in each sum.
        """
        cdef long i, w, b, count = (self.n + self.sample - 1) // self.sample
        cdef double[:, :, ::1] result = np.zeros((2, len(outputs.starts), self.n_weights))
        cdef Scratch scratch = Scratch(1, self.n_outputs)
        cdef double before, after
        cdef long[::1] starts = np.array(outputs.starts, dtype=np.dtype("l"))
        with nogil:
            for i in range(starts.shape[0]):
                for w in range(self.n_weights):
                    for b from 0 <= b < count by BLOCK:
                        self.centred(outputs.data + starts[i], w, b, min(BLOCK, count - b), scratch, &before, &after)
                        result[0, i, w] += after
                        result[1, i, w] += before
        return np.asarray(result), count * self.n_outputs

    def slopes(self, Program outputs, const double[:, ::1] units, const double[::1] factors):
        """The sums over the sample of the loss's first and second derivative in each network's factor.

        Returns
        -------
        (ndarray (2, networks, W), int)
            And how many examples are in each sum.
        """
        cdef long i, w, b, c, low, high, count = (self.n + self.sample - 1) // self.sample
        cdef int real, n
        cdef double[:, :, ::1] result = np.zeros((2, len(outputs.starts), self.n_weights))
        cdef Scratch scratch = Scratch(1, self.n_outputs)
        cdef double before, after, right
        cdef float *rows = scratch.row.data
        cdef long[::1] starts = np.array(outputs.starts, dtype=np.dtype("l"))
        with nogil:
            for i in range(starts.shape[0]):
                for w in range(self.n_weights):
                    for b from 0 <= b < count by BLOCK:
                        real = min(BLOCK, count - b)
                        n = (real + LANES - 1) // LANES * LANES
                        self.centred(outputs.data + starts[i], w, b, real, scratch, &before, &after)
                        right = 0
                        for c in range(self.n_outputs):
                            low = max((self.bounds[c] + self.sample - 1) // self.sample - b, 0)
                            high = min((self.bounds[c + 1] + self.sample - 1) // self.sample - b, real)
                            if low < high:
                                right += K.sum(scratch.z.data + c * n + low, high - low)
                        K.tilt(scratch.z.data, self.n_outputs, factors[i] * units[i, w], rows, rows + BLOCK,
                               rows + 2 * BLOCK, rows + 3 * BLOCK, n)
                        result[0, i, w] += (K.sum(rows, real) - right) * units[i, w]
                        result[1, i, w] += K.sum(rows + BLOCK, real) * units[i, w] * units[i, w]
        return np.asarray(result), count

    cdef void centred(self, int *outputs, long w, long b, int real, Scratch scratch, double *before,
                      double *after) noexcept nogil:
        """A network's outputs (classes, n) for some examples of the sample, from their mean over the classes."""
        cdef int n = (real + LANES - 1) // LANES * LANES
        cdef long c, i, k, example, some
        cdef Place total
        cdef float *row
        cdef float *gathered = scratch.row.data
        for c in range(self.n_outputs):
            i = 0
            while i < n:
                # What of the sample lies in one block, and at the end copies of the last.
                example = min((b + i) * self.sample, self.n - 1)
                total = self.sum_of(outputs[2 * c], example - example % BLOCK, scratch)
                row = total.data + w * total.stride + example % BLOCK
                some = min(n - i, 1 + (BLOCK - 1 - example % BLOCK) // self.sample)
                if i < real:
                    some = min(some, real - i)
                for k in range(some):
                    gathered[i + k] = row[k * self.sample if i < real else 0]
                i += some
            K.activate(outputs[2 * c + 1], self.weights[w], gathered, scratch.z.data + c * n, n)
        K.centre(scratch.z.data, self.n_outputs, scratch.row.data, n, real, before, after)

    # --- the loss

    def found(self, Program outputs, keys, const double[:, ::1] scales):
        """The summed losses of networks whose output nodes are held, each kept under its key.

        Returns
        -------
        ndarray (networks, W)
        """
        cdef double[:, ::1] result = np.zeros((len(keys), self.n_weights))
        cdef Scratch scratch = Scratch(1, self.n_outputs)
        cdef Loss loss
        cdef Rows total
        cdef long i, b, c, w
        cdef list founders = []
        for i in range(len(keys)):
            loss = Loss(self.n_outputs, self.n_weights)
            total = Rows(0, self.pool)
            K.fill(total.data, 1.0, self.n_weights * BLOCK * self.blocks)
            loss.put(Rows(0, self.pool), total)
            loss.view.greatest = 1.0
            for c in range(self.n_outputs):
                loss.put_column(c, Rows(0, self.pool))
                for w in range(self.n_weights):
                    loss.view.hits[c * self.n_weights + w] = 0
            for w in range(self.n_weights):
                loss.view.scale[w] = scales[i, w]
            founders.append(loss)
            self._keep(keys[i], loss)
        cdef long[::1] starts = np.array(outputs.starts, dtype=np.dtype("l"))
        for b from 0 <= b < self.length by BLOCK:
            for i in range(len(keys)):
                self.normalise(outputs.data + starts[i], &(<Loss> founders[i]).view, b, scratch)
        for i in range(len(keys)):
            loss = founders[i]
            for c in range(self.n_outputs):
                for w in range(self.n_weights):
                    result[i, w] -= loss.view.hits[c * self.n_weights + w]
        return np.asarray(result)

    cdef void normalise(self, int *outputs, View *view, long b, Scratch scratch) noexcept:
        """Fill in the block of a network's loss that begins with example b."""
        cdef long w, c, at
        cdef int n = min(BLOCK, self.length - b)
        cdef Place total
        cdef float *z = scratch.z.data
        cdef float *zeros = scratch.row.data
        with nogil:
            K.fill(zeros, 0.0, BLOCK)
            for w in range(self.n_weights):
                for c in range(self.n_outputs):
                    total = self.sum_of(outputs[2 * c], b, scratch)
                    K.activate(outputs[2 * c + 1], self.weights[w], total.data + w * total.stride, z + c * n, n)
                    K.scale(z + c * n, view.scale[w], zeros, n)
                at = b * self.n_weights + w * BLOCK
                K.normalise(z, self.n_outputs, view.column, at, view.reference + at, scratch.total.data, n)
                for c in range(self.n_outputs):
                    view.hits[c * self.n_weights + w] += self.own_class(z + c * n, c, b, n)

    cdef inline double own_class(self, const float *row, long c, long b, long n) noexcept nogil:
        """The sum of a row, which begins with example b, over the examples of class c."""
        cdef long low = max(self.bounds[c] - b, 0), high = min(self.bounds[c + 1] - b, n)
        return K.sum(row + low, high - low) if low < high else 0.0

    def inherit(self, Program plans, keys):
        """The summed losses of children whose changed outputs are held, each kept under its key if it fits.

        Returns
        -------
        (ndarray (children, W), ndarray of bool (children,))
            And whether the parent's scale and reference fit the child; if not, its losses mean nothing.
        """
        cdef double[:, ::1] result = np.zeros((len(keys), self.n_weights))
        cdef unsigned char[::1] fits = np.zeros(len(keys), np.uint8)
        cdef Scratch scratch = self._scratch(plans)
        cdef Tasks tasks = Tasks(len(keys))
        cdef Loss parent, loss
        cdef long i, c
        cdef Task *task
        cdef int *changed
        cdef list children = []
        for i in range(len(keys)):
            task = &tasks.data[i]
            task.plan = plans.data + <long> plans.starts[i]
            parent = self.kept[task.plan[0]]
            loss = Loss(self.n_outputs, self.n_weights)
            loss.put(parent.reference, Rows(0, self.pool))
            for c in range(self.n_outputs):
                loss.put_column(c, parent.columns[c])
            changed = task.plan + 2
            for c in range(changed[0]):
                loss.put_column(changed[1 + 3 * c], Rows(0, self.pool))
            memcpy(loss.view.scale, parent.view.scale, self.n_weights * sizeof(float))
            task.parent, task.child = &parent.view, &loss.view
            task.losses, task.fits = &result[i, 0], &fits[i]
            children.append(loss)
        with nogil:
            self.evaluate(tasks.data, tasks.count, scratch)
        for i in range(len(keys)):
            if fits[i]:
                self._keep(keys[i], children[i])
        return np.asarray(result), np.asarray(fits).astype(bool)

    def run(self, list programs):
        """The summed losses of children by their plans, and whether they fit; nothing of them is kept."""
        cdef long i = 0, start, count = sum([len(program.starts) for program in programs])
        cdef double[:, ::1] result = np.zeros((count + 1, self.n_weights))
        cdef unsigned char[::1] fits = np.zeros(count + 1, np.uint8)
        cdef Tasks tasks = Tasks(count)
        cdef Scratch scratch = Scratch(self.n_weights, 1)
        cdef Program plans
        for plans in programs:
            self.check_parents(plans)
            if not scratch.make_room(plans.transient, plans.changed):
                raise MemoryError()
            for start in plans.starts:
                self.ask(&tasks.data[i], plans.data + start, &result[i, 0], &fits[i])
                i += 1
        with nogil:
            self.evaluate(tasks.data, count, scratch)
        return np.asarray(result)[:count], np.asarray(fits)[:count].astype(bool)

    cdef Scratch _scratch(self, Program plans):
        cdef Scratch scratch = Scratch(self.n_weights, 1)
        if not scratch.make_room(plans.transient, plans.changed):
            raise MemoryError()
        return scratch

    cdef int check_parents(self, Program plans) except -1:
        """Refuse the children of those whose losses are not kept."""
        cdef long start
        cdef int key
        for start in plans.starts:
            key = plans.data[start]
            if not 0 <= key < self.n_losses or self.losses[key] is NULL:
                raise ValueError(f"no loss is kept under {key}: a child's parent must be found or inherited first")
        return 0

    cdef inline void ask(self, Task *task, int *plan, double *losses, unsigned char *fits) noexcept nogil:
        """Make a task of a plan, of which nothing is kept."""
        task.plan, task.parent, task.child = plan, self.losses[plan[0]], NULL
        task.losses, task.fits = losses, fits

    cdef void evaluate(self, Task *tasks, long count, Scratch scratch) noexcept nogil:
        """Carry out some plans, block by block: what many of them read is then in the cache."""
        cdef long b, i
        for i in range(count):
            self.begin(&tasks[i])
        for b from 0 <= b < self.length by BLOCK:
            for i in range(count):
                if tasks[i].fits[0]:
                    self.evaluate_block(&tasks[i], b, scratch)

    cdef void begin(self, Task *task) noexcept nogil:
        """Take over from the parent what its child has not changed."""
        cdef long k, w, c, place, size = self.n_weights
        cdef View *parent = task.parent
        task.changed = self.behind(task.plan + 2, task.plan[1])
        task.fits[0] = 1
        for w in range(size):
            if parent.scale[w] == 0:  # outputs that told nothing apart have no scale to hand down
                task.fits[0] = 0
        for k in range(self.n_outputs * size):
            task.losses[k % size] -= parent.hits[k]
        if task.child is not NULL:
            memcpy(task.child.hits, parent.hits, self.n_outputs * size * sizeof(double))
            task.child.greatest = 0
        for c in range(task.changed[0]):
            place = task.changed[1 + 3 * c]
            for w in range(size):
                task.losses[w] += parent.hits[place * size + w]
                if task.child is not NULL:
                    task.child.hits[place * size + w] = 0

    cdef void evaluate_block(self, Task *task, long b, Scratch scratch) noexcept nogil:
        cdef int c, place, code, n = min(BLOCK, self.length - b), changes = task.changed[0]
        cdef int *changed = task.changed + 1
        cdef long w, at
        cdef Place total
        cdef float low, high
        cdef float *z = scratch.z.data
        cdef float *sums
        cdef float *column
        cdef float *old
        cdef double hits
        cdef View *parent = task.parent
        cdef View *child = task.child
        self.carry_out(task.plan + 2, task.plan[1], b, n, scratch)
        for w in range(self.n_weights):
            at = b * self.n_weights + w * BLOCK
            sums = scratch.total.data if child is NULL else child.total + at
            memcpy(sums, parent.total + at, n * sizeof(float))
            for c in range(changes):
                place, code = changed[3 * c], changed[3 * c + 2]
                total = self.sum_of(changed[3 * c + 1], b, scratch)
                K.activate(code, self.weights[w], total.data + w * total.stride, z, n)
                K.scale(z, parent.scale[w], parent.reference + at, n)
                hits = self.own_class(z, place, b, n)
                task.losses[w] -= hits
                if child is not NULL:
                    child.hits[place * self.n_weights + w] += hits
                column = scratch.columns + c * BLOCK if child is NULL else child.column[place] + at
                K.exchange(sums, parent.column[place] + at, z, column, n)
            K.extremes(sums, &low, &high, n)
            if low < CANCELLED * parent.greatest:
                # Exchanging one exponential for another's has cancelled digits.
                K.fill(sums, 0.0, n)
                for place in range(self.n_outputs):
                    old = parent.column[place] + at if child is NULL else child.column[place] + at
                    for c in range(changes):
                        if child is NULL and changed[3 * c] == place:
                            old = scratch.columns + c * BLOCK
                    K.add(sums, old, n)
                K.extremes(sums, &low, &high, n)
            if not (low > LEAST and high < GREATEST):
                task.fits[0] = 0
            if child is not NULL:
                child.greatest = max(child.greatest, high)
            task.losses[w] += K.sum_of_logs(sums, scratch.row.data, min(n, self.n - b))

    cdef inline int *behind(self, int *at, int steps) noexcept nogil:
        cdef int step
        for step in range(steps):
            at += 7 + at[5] + at[6]
        return at

    cdef _keep(self, int key, Loss loss):
        if key >= self.n_losses:
            self.losses = <View **> resized(self.losses, sizeof(View *) * 2 * (key + 1))
            memset(self.losses + self.n_losses, 0, (2 * (key + 1) - self.n_losses) * sizeof(View *))
            self.n_losses = 2 * (key + 1)
        self.kept[key] = loss
        self.losses[key] = &loss.view

    def drop(self, keys):
        """Forget losses, those that were never kept among them."""
        cdef int key
        for key in keys:
            if self.kept.pop(key, None) is not None:
                self.losses[key] = NULL


# --- children of one generation, evaluated by several threads while the last of them are still being made

cdef enum:
    MOST_CHUNKS = 65536


cdef struct Chunk:
    int *plans
    long *starts
    long count
    int transient
    int changed
    double *losses  # (shards, count, W)
    unsigned char *fits  # (shards, count)


cdef class Stream:
    """Chunks of plans that one thread publishes and all work off: a piece of work is a chunk on a shard."""

    cdef list shards, kept
    cdef void **shard
    cdef Chunk *chunks
    cdef long n_shards, published, claimed, entered, closed, failed

    def __cinit__(self, list shards):
        cdef long i
        self.shards, self.kept, self.n_shards = shards, [], len(shards)
        self.shard = <void **> malloc(self.n_shards * sizeof(void *))
        self.chunks = <Chunk *> malloc(MOST_CHUNKS * sizeof(Chunk))
        if self.shard is NULL or self.chunks is NULL:
            raise MemoryError()
        for i in range(self.n_shards):
            self.shard[i] = <void *> shards[i]

    def __dealloc__(self):
        free(self.shard)
        free(self.chunks)

    cdef publish(self, Program plans):
        cdef Chunk *chunk = &self.chunks[self.published]
        cdef long count = len(plans.starts)
        cdef double[:, :, ::1] losses = np.zeros((self.n_shards, count, (<Shard> self.shards[0]).n_weights))
        cdef unsigned char[:, ::1] fits = np.zeros((self.n_shards, count), np.uint8)
        cdef long[::1] starts = np.array(plans.starts, dtype=np.dtype("l"))
        if self.published == MOST_CHUNKS:
            raise ValueError(f"more than {MOST_CHUNKS * CHUNK:,} children at a time: evaluate them in several calls")
        if count > CHUNK:
            raise ValueError(f"a program of {count} plans: make several of at most {CHUNK}")
        for shard in self.shards:
            (<Shard> shard).check_parents(plans)
        self.kept.append((plans, starts, np.asarray(losses), np.asarray(fits)))
        chunk.plans, chunk.starts, chunk.count = plans.data, &starts[0], count
        chunk.transient, chunk.changed = plans.transient, plans.changed
        chunk.losses, chunk.fits = &losses[0, 0, 0], &fits[0, 0]
        publish(&self.published, self.published + 1)

    cdef void close(self) noexcept:
        publish(&self.closed, 1)

    cdef void wait_for(self, long helpers) noexcept:
        """Let other threads have Python until so many are at work, or one has failed."""
        with nogil:
            while look(&self.entered) < helpers and not look(&self.failed):
                wait_a_little()

    def work(self):
        """Take piece after piece until none comes any more."""
        try:
            self.take_pieces(Scratch((<Shard?> self.shards[0]).n_weights, 1))
        except BaseException:
            publish(&self.failed, 1)
            raise

    cdef int take_pieces(self, Scratch scratch) except -1:
        cdef long piece, which, at, i
        cdef Task tasks[CHUNK]
        cdef Chunk *chunk
        with nogil:
            claim(&self.entered)
            while True:
                piece = claim(&self.claimed)
                which = piece % self.n_shards
                piece = piece // self.n_shards
                while look(&self.published) <= piece:
                    if look(&self.closed) and look(&self.published) <= piece:
                        break
                    wait_a_little()
                if look(&self.published) <= piece:
                    break
                chunk = &self.chunks[piece]
                if not scratch.make_room(chunk.transient, chunk.changed):
                    publish(&self.failed, 1)
                    continue
                at = which * chunk.count
                for i in range(chunk.count):
                    (<Shard> self.shard[which]).ask(&tasks[i], chunk.plans + chunk.starts[i],
                                                    chunk.losses + (at + i) * scratch.n_weights, chunk.fits + at + i)
                (<Shard> self.shard[which]).evaluate(tasks, chunk.count, scratch)
        return 0

    cdef results(self):
        if self.failed:
            raise MemoryError()
        n_weights = (<Shard> self.shards[0]).n_weights
        losses = [np.concatenate([np.zeros((0, n_weights)), *(kept[2][i] for kept in self.kept)])
                  for i in range(self.n_shards)]
        fits = np.concatenate([np.ones((self.n_shards, 0), bool), *(kept[3] for kept in self.kept)], axis=1)
        return losses, fits.astype(bool)


def stream(list shards, programs, pool, int helpers):
    """As `Shard.run` on every shard, by so many threads of a pool beside this one.

    If it is interrupted, they may still be at work: shut the pool down before a shard is asked for anything else.

    Returns
    -------
    (list of ndarray (children, W), ndarray of bool (shards, children))
    """
    cdef Stream stream = Stream(shards)
    cdef list working = []
    try:
        for _ in range(helpers):
            working.append(pool.submit(stream.work))
        stream.wait_for(helpers)
        for program in programs:
            stream.publish(program)
        stream.close()
        stream.work()
    finally:
        stream.close()  # so that whoever helps comes to an end, even one that an interruption kept from the list
    for worker in working:
        worker.result()
    return stream.results()

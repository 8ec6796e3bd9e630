cdef struct Lists:  # rows of ascending whole numbers, one after the other
    int *starts
    int *items
    int rows, row_room, item_room

cdef struct Heap:
    long long *keys
    int size, room

cdef struct Change:
    int kind, source, target, node, code

cdef struct Dice:  # numpy's bitgen_t, as numpy/random/bitgen.h has it
    void *state
    unsigned long long (*next_uint64)(void *state) noexcept nogil
    unsigned int (*next_uint32)(void *state) noexcept nogil
    double (*next_double)(void *state) noexcept nogil
    unsigned long long (*next_raw)(void *state) noexcept nogil

cdef int push(Heap *heap, long long key) except -1
cdef long long pop(Heap *heap) noexcept
cdef Dice *dice_of(rng) except NULL


cdef class Chances:
    cdef readonly object variation
    cdef int kinds[8]
    cdef double rates[8]
    cdef int n_rates, n_codes, limit
    cdef double total
    cdef int *codes


cdef class Genome:
    cdef int first, n_outputs, n, room
    cdef Lists sources, disabled, targets, disabled_targets
    cdef int *codes
    cdef int *layers
    cdef int *nodes
    cdef long long valid
    cdef int *touched
    cdef int n_touched, touched_room
    cdef Heap unsettled

    cdef int copy(self, Genome other) except -1
    cdef int apply(self, Change *change) except -1
    cdef int follow(self, network, before) except -1
    cdef int append_node(self, int code) except -1
    cdef int differ_from(self, Genome parent) except -1
    cdef int touch(self, int node) except -1
    cdef int vary(self, Chances chances, Dice *dice, Change *changes) except -1
    cdef network(self)
    cdef int n_connections(self) noexcept
    cdef int n_hidden(self) noexcept

    cdef int make_room(self, int rows) except -1
    cdef int connect(self, int source, int target) except -1
    cdef int disconnect(self, int source, int target) except -1
    cdef int connect_disabled(self, int source, int target) except -1
    cdef int disconnect_disabled(self, int source, int target) except -1
    cdef int isolate_from(self, int node) except -1
    cdef int settle(self) except -1
    cdef int unsettle(self, int node) except -1
    cdef int layer_of(self, int node) noexcept
    cdef int others(self, int node, Chances chances) noexcept
    cdef int mutate(self, Chances chances, Dice *dice, Change *change) except -1
    cdef bint propose(self, int kind, Chances chances, Dice *dice, Change *change) except -1
    cdef bint may_connect(self, int source, int target) noexcept
    cdef bint propose_addition(self, Dice *dice, Change *change) except -1
    cdef bint propose_activation(self, Chances chances, Dice *dice, Change *change) except -1
    cdef bint propose_removal(self, Dice *dice, Change *change) except -1


cdef Genome genome_of(network)

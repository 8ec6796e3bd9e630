# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""What the compiled graph tells the compiled shards: steps and plans (`plan`) as one row of whole numbers.

A node is a slot. Where a plan computes one for itself alone, its name there is a negative number.
"""

from libc.stdlib cimport free, malloc, realloc

cdef extern from "sources.h":
    const char *fingerprint_of_sources()

#: The fingerprint of what this was compiled from.
SOURCES = fingerprint_of_sources().decode()


cdef class Program:
    """Whole numbers that grow at the end.

    A step is: the node, the place of its activation in `activations.NAMES`, whether it is an output, whether it is
    thin, its base or NONE, how many outputs its sum gains, how many it loses, and those nodes. A plan is: the parent's
    key, how many steps, the steps, how many outputs changed, and of each its place, its node and its activation.

    Attributes
    ----------
    starts : list of int
        Where each plan begins.
    steps : int
        How many steps there are, where it consists of steps alone.
    transient : int
        The most nodes that one plan has to itself.
    changed : int
        The most outputs that one plan changes.
    """

    def __cinit__(self):
        self.room = 256
        self.data = <int *> malloc(self.room * sizeof(int))
        if self.data is NULL:
            raise MemoryError()
        self.starts = []

    def __dealloc__(self):
        free(self.data)

    def __len__(self):
        return self.size

    def __reduce__(self):
        content = bytes((<char *> self.data)[: self.size * sizeof(int)])
        return _program, (content, self.starts, self.steps, self.transient, self.changed)

    def numbers(self) -> list:
        """All of it."""
        return [self.data[i] for i in range(self.size)]

    cdef int put(self, int value) except -1:
        cdef int *larger
        if self.size == self.room:
            larger = <int *> realloc(self.data, 2 * self.room * sizeof(int))
            if larger is NULL:
                raise MemoryError()
            self.data = larger
            self.room *= 2
        self.data[self.size] = value
        self.size += 1
        return 0


def _program(bytes content, list starts, int steps, int transient, int changed):
    cdef Program program = Program()
    cdef const int *values = <const int *> <const char *> content
    for i in range(len(content) // sizeof(int)):
        program.put(values[i])
    program.starts, program.steps, program.transient, program.changed = starts, steps, transient, changed
    return program

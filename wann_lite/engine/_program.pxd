cdef enum:
    CHUNK = 16  # the most plans of children that a program has


cdef class Program:
    cdef int *data
    cdef long size, room
    cdef readonly list starts
    cdef readonly int steps, transient, changed
    cdef int put(self, int value) except -1

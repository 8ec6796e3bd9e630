cdef class Program:
    cdef int *data
    cdef long size, room
    cdef readonly list starts
    cdef readonly int steps, transient, changed
    cdef int put(self, int value) except -1

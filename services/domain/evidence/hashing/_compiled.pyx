# cython: language_level=3, boundscheck=False, wraparound=False
"""The function of this package by OpenSSL's functions for one algorithm, whose state is a place in memory.

They are looked up when this is imported: the library is the one that `hashlib` has loaded, and no build needs its
headers. An OpenSSL without them gives an ImportError, and `plain` is used.
"""

import _hashlib  # loads the library

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE


cdef extern from "<dlfcn.h>" nogil:
    void *dlopen(const char *, int)
    void *dlsym(void *, const char *)
    int RTLD_LAZY


cdef enum:
    DIGEST_BYTES = 32
    # SHA256_CTX has taken 14 of these 8 bytes since OpenSSL 0.9.8; the rest is room
    STATE_WORDS = 32


ctypedef int (*Begin)(void *) noexcept nogil
ctypedef int (*Add)(void *, const void *, size_t) noexcept nogil
ctypedef int (*End)(unsigned char *, void *) noexcept nogil

cdef Begin begin
cdef Add add
cdef End end


cdef int _look_up() except -1:
    global begin, add, end
    # a Python that has the module within itself names no file
    cdef str file = getattr(_hashlib, "__file__", "") or ""
    cdef void *library = dlopen(file.encode(), RTLD_LAZY) if file else NULL
    if library is NULL:
        raise ImportError("OpenSSL is not there")
    begin = <Begin>dlsym(library, "SHA256_Init")
    add = <Add>dlsym(library, "SHA256_Update")
    end = <End>dlsym(library, "SHA256_Final")
    if begin is NULL or add is NULL or end is NULL:
        raise ImportError("this OpenSSL has no functions for SHA-256 alone")
    return 0


_look_up()


def digest(bytes first not None, bytes second not None=b""):
    cdef unsigned long long state[STATE_WORDS]
    cdef bytes found = PyBytes_FromStringAndSize(NULL, DIGEST_BYTES)
    begin(state)
    add(state, PyBytes_AS_STRING(first), PyBytes_GET_SIZE(first))
    add(state, PyBytes_AS_STRING(second), PyBytes_GET_SIZE(second))
    end(<unsigned char *>PyBytes_AS_STRING(found), state)
    return found

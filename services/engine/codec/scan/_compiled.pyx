# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""`plain` says what this does and why."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM

cdef enum:
    MORE = 127
    LONGEST_TEXT = 3
    LONGEST_LONG = 9
    IDENTITY_BYTES = 16
    # of a place that cannot be told
    UNUSUAL = -1
    HEADER_PLACES = 25
    PLACES = 33


cdef struct Source:
    const unsigned char *at
    Py_ssize_t size


def scan_header(bytes value not None, Py_ssize_t start):
    cdef Source source
    cdef Py_ssize_t places[PLACES]
    cdef int number
    cdef tuple found
    cdef object place
    if start < 0:
        return None
    source.at = <const unsigned char *>PyBytes_AS_STRING(value)
    source.size = PyBytes_GET_SIZE(value)
    if not _scan(&source, start, places):
        return None
    found = PyTuple_New(PLACES)
    for number in range(PLACES):
        place = places[number]
        Py_INCREF(place)
        PyTuple_SET_ITEM(found, number, place)
    return found


cdef bint _scan(const Source *source, Py_ssize_t place, Py_ssize_t *places) noexcept:
    cdef int number
    places[0] = place
    place = places[1] = _past_text(source, place)
    place = places[2] = _past_symbol(source, place)
    if place < 0:
        return False
    places[3] = place + IDENTITY_BYTES
    place = place + 2 * IDENTITY_BYTES
    for number in range(4, 9):
        places[number] = place
        place = _past_text(source, place)
    places[9] = place
    place = places[10] = _past_symbol(source, place)
    place = places[11] = _past_symbol(source, place)
    place = places[12] = _past_optional_long(source, place)
    place = places[13] = _past_long(source, place)
    place = places[14] = _past_long(source, place)
    place = places[15] = _past_optional_long(source, place)
    place = _past_boolean(source, place)
    for number in range(16, 20):
        places[number] = place
        place = _past_text(source, place)
    places[20] = place
    place = places[21] = _past_long(source, place)
    place = places[22] = _past_long(source, place)
    place = places[23] = _past_texts(source, place)
    for number in range(HEADER_PLACES, PLACES):
        places[number] = -1
    if place < 0 or place >= source.size:
        return False
    if source.at[place] == 2:
        place = places[25] = place + 1
        place = places[26] = _past_symbol(source, place)
        place = places[27] = _past_long(source, place)
        place = places[28] = _past_long(source, place)
        place = places[29] = _past_symbol(source, place)
        place = places[30] = _past_optional_symbol(source, place)
        place = places[31] = _past_text(source, place)
        place = places[32] = _past_text(source, place)
        place = _past_boolean(source, place)
    elif source.at[place]:
        return False
    else:
        place += 1
    places[24] = place
    return 0 <= place <= source.size


cdef inline Py_ssize_t _past_symbol(const Source *source, Py_ssize_t place) noexcept:
    if place < 0 or place >= source.size or source.at[place] > MORE:
        return UNUSUAL
    return place + 1


cdef inline Py_ssize_t _past_boolean(const Source *source, Py_ssize_t place) noexcept:
    if place < 0 or place >= source.size or source.at[place] > 1:
        return UNUSUAL
    return place + 1


cdef inline Py_ssize_t _past_optional_symbol(const Source *source, Py_ssize_t place) noexcept:
    if place < 0 or place >= source.size:
        return UNUSUAL
    if source.at[place] == 2:
        return _past_symbol(source, place + 1)
    return UNUSUAL if source.at[place] else place + 1


cdef inline Py_ssize_t _past_long(const Source *source, Py_ssize_t place) noexcept:
    cdef Py_ssize_t begin = place
    if place < 0:
        return UNUSUAL
    while place < source.size and source.at[place] > MORE:
        place += 1
    if place >= source.size or place - begin >= LONGEST_LONG or (place > begin and not source.at[place]):
        return UNUSUAL
    return place + 1


cdef inline Py_ssize_t _past_optional_long(const Source *source, Py_ssize_t place) noexcept:
    if place < 0 or place >= source.size:
        return UNUSUAL
    if source.at[place] == 2:
        return _past_long(source, place + 1)
    return UNUSUAL if source.at[place] else place + 1


cdef inline Py_ssize_t _size(const Source *source, Py_ssize_t place, Py_ssize_t after) noexcept:
    cdef Py_ssize_t size = 0
    while after > place:
        after -= 1
        size = (size << 7) | (source.at[after] & MORE)
    return size


cdef inline Py_ssize_t _past_text(const Source *source, Py_ssize_t place) noexcept:
    cdef Py_ssize_t after = _past_long(source, place)
    cdef Py_ssize_t size
    if after < 0 or after - place > LONGEST_TEXT:
        return UNUSUAL
    size = _size(source, place, after)
    if size & 1:
        return UNUSUAL
    after += size >> 1
    return after if after <= source.size else UNUSUAL


cdef Py_ssize_t _past_texts(const Source *source, Py_ssize_t place) noexcept:
    cdef Py_ssize_t after, count
    if place < 0 or place >= source.size:
        return UNUSUAL
    if not source.at[place]:
        return place + 1
    after = _past_long(source, place)
    if after < 0 or after - place > LONGEST_TEXT:
        return UNUSUAL
    count = _size(source, place, after)
    if count & 1:
        return UNUSUAL
    count >>= 1
    while count:
        after = _past_text(source, after)
        if after < 0:
            return UNUSUAL
        count -= 1
    if after >= source.size or source.at[after]:
        return UNUSUAL
    return after + 1

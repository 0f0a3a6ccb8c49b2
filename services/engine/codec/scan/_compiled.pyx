# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""`plain` says what this does and why."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy

cdef enum:
    MORE = 127
    LONGEST_TEXT = 3
    LONGEST_LONG = 9
    MOST_WANTED = 32
    IDENTITY_BYTES = 16
    # of a place that cannot be told
    UNUSUAL = -1
    HEADER_PLACES = 25
    PLACES = 36
    TEXTS_OF_CONSENT = 2
    ITEM = 0
    VERB = 1
    CONTENT_HASH = 3
    AUTHORITY = 4
    DOCUMENT_NO = 6
    SUBJECT = 7
    SUBJECT_NAME = 8
    STATE = 10
    SOURCE_TIME = 11
    RECEIVED_AT = 12
    SEQUENCE = 13
    READING = 14
    LIFTS = 15
    ORIGIN = 16
    RUN = 17
    SHEET = 19
    WARNINGS = 22
    END = 24
    CHANGE = 25


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


def peek_fields(bytes value not None, Py_ssize_t start):
    cdef Source source
    cdef Py_ssize_t places[PLACES]
    cdef bytes record
    if start < 0:
        return None
    source.at = <const unsigned char *>PyBytes_AS_STRING(value)
    source.size = PyBytes_GET_SIZE(value)
    if not _scan(&source, start, places) or places[CHANGE] > 0 or not _is_ascii(&source, places[SUBJECT], places[SUBJECT + 1]):
        return None
    record = _record_key(&source, places)
    try:
        # raises where it is not a text: then the header's own reader says so
        if not _all_ascii(<const unsigned char *>PyBytes_AS_STRING(record), PyBytes_GET_SIZE(record)):
            PyUnicode_DecodeUTF8(PyBytes_AS_STRING(record), PyBytes_GET_SIZE(record), NULL)
    except UnicodeDecodeError:
        return None
    return (
        _text(&source, places, ITEM),
        source.at[places[VERB]],
        _bytes(&source, places[CONTENT_HASH], places[AUTHORITY]),
        record,
        _text(&source, places, SUBJECT),
        _text(&source, places, SUBJECT_NAME),
        source.at[places[STATE]],
        _optional_long(&source, places[SOURCE_TIME]),
        _long(&source, places[RECEIVED_AT]),
        _long(&source, places[SEQUENCE]),
        _optional_long(&source, places[READING]),
        _text(&source, places, ORIGIN),
        _bytes(&source, places[ORIGIN], places[SHEET]),
        not source.at[places[WARNINGS]] and not source.at[places[LIFTS]],
        places[END],
    )


def pick_texts(bytes value not None, Py_ssize_t place, Py_ssize_t count, tuple wanted not None):
    cdef Source source
    cdef Py_ssize_t sought[MOST_WANTED]
    cdef Py_ssize_t begins[MOST_WANTED]
    cdef Py_ssize_t ends[MOST_WANTED]
    cdef Py_ssize_t number, after, many = len(wanted), which
    cdef tuple picked
    cdef bytes text
    if place < 0 or many > MOST_WANTED:
        return None
    for which in range(many):
        sought[which] = wanted[which]
        begins[which] = ends[which] = 0
    source.at = <const unsigned char *>PyBytes_AS_STRING(value)
    source.size = PyBytes_GET_SIZE(value)
    for number in range(count):
        after = _past_optional_text(&source, place)
        if after < 0:
            return None
        for which in range(many):
            if sought[which] == number and source.at[place]:
                begins[which] = _characters(&source, place + 1)
                ends[which] = after
        place = after
    if place != source.size:
        return None
    picked = PyTuple_New(many)
    for which in range(many):
        text = _bytes(&source, begins[which], ends[which])
        if not _all_ascii(source.at + begins[which], ends[which] - begins[which]):
            try:
                PyUnicode_DecodeUTF8(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text), NULL)
            except UnicodeDecodeError:
                return None
        Py_INCREF(text)
        PyTuple_SET_ITEM(picked, which, text)
    return picked


cdef bytes _record_key(const Source *source, const Py_ssize_t *places):
    cdef Py_ssize_t item = _characters(source, places[ITEM]), item_bytes = places[ITEM + 1] - item
    cdef Py_ssize_t authority = _characters(source, places[AUTHORITY]), authority_bytes = places[AUTHORITY + 1] - authority
    cdef Py_ssize_t number = _characters(source, places[DOCUMENT_NO]), number_bytes = places[DOCUMENT_NO + 1] - number
    cdef bytes record = PyBytes_FromStringAndSize(NULL, item_bytes + authority_bytes + number_bytes + 2)
    cdef char *at = PyBytes_AS_STRING(record)
    memcpy(at, source.at + item, item_bytes)
    at += item_bytes
    at[0] = b"|"
    memcpy(at + 1, source.at + authority, authority_bytes)
    at += 1 + authority_bytes
    at[0] = b"|"
    memcpy(at + 1, source.at + number, number_bytes)
    return record


cdef inline bytes _text(const Source *source, const Py_ssize_t *places, int field):
    return _bytes(source, _characters(source, places[field]), places[field + 1])


cdef inline bytes _bytes(const Source *source, Py_ssize_t begin, Py_ssize_t end):
    return PyBytes_FromStringAndSize(<const char *>source.at + begin, end - begin)


cdef inline Py_ssize_t _characters(const Source *source, Py_ssize_t place) noexcept:
    """Where the characters of a string begin that has been scanned."""
    while source.at[place] > MORE:
        place += 1
    return place + 1


cdef inline int64_t _long(const Source *source, Py_ssize_t place) noexcept:
    """Of one that has been scanned: nine bytes at most."""
    cdef uint64_t number = 0
    cdef int shift = 0
    while True:
        number |= <uint64_t>(source.at[place] & MORE) << shift
        if source.at[place] <= MORE:
            return <int64_t>(number >> 1) ^ -<int64_t>(number & 1)
        place += 1
        shift += 7


cdef inline object _optional_long(const Source *source, Py_ssize_t place):
    return _long(source, place + 1) if source.at[place] else None


cdef inline bint _is_ascii(const Source *source, Py_ssize_t begin, Py_ssize_t end) noexcept:
    begin = _characters(source, begin)
    return _all_ascii(source.at + begin, end - begin)


cdef inline bint _all_ascii(const unsigned char *at, Py_ssize_t size) noexcept:
    cdef unsigned char all = 0
    cdef Py_ssize_t place
    for place in range(size):
        all |= at[place]
    return all <= MORE


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
    place = places[23] = _past_texts(source, place, 1)
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
        place = places[33] = _past_boolean(source, place)
        place = places[34] = _past_policy(source, place)
        place = places[35] = _past_optional_facts(source, place)
        place = _past_texts(source, place, TEXTS_OF_CONSENT)
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


cdef inline Py_ssize_t _past_optional_facts(const Source *source, Py_ssize_t place) noexcept:
    if place < 0 or place >= source.size:
        return UNUSUAL
    if source.at[place] == 2:
        place = _past_policy(source, _past_boolean(source, _past_text(source, _past_text(source, place + 1))))
        return _past_text(source, _past_texts(source, place, TEXTS_OF_CONSENT))
    return UNUSUAL if source.at[place] else place + 1


cdef inline Py_ssize_t _past_policy(const Source *source, Py_ssize_t place) noexcept:
    return _past_long(source, _past_long(source, place))


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


cdef inline Py_ssize_t _past_optional_text(const Source *source, Py_ssize_t place) noexcept:
    if place >= source.size:
        return UNUSUAL
    if source.at[place] == 2:
        return _past_text(source, place + 1)
    return UNUSUAL if source.at[place] else place + 1


cdef Py_ssize_t _past_texts(const Source *source, Py_ssize_t place, Py_ssize_t each) noexcept:
    """Over an array in one block, of which each element is a number of strings."""
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
    count = (count >> 1) * each
    while count:
        after = _past_text(source, after)
        if after < 0:
            return UNUSUAL
        count -= 1
    if after >= source.size or source.at[after]:
        return UNUSUAL
    return after + 1

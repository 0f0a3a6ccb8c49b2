# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The functions of this package over C buffers: each measures what it will write, and then writes it once.

`plain` says what they do and why.
"""

cimport cython
from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_FromStringAndSize
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy

cdef enum:
    HEADER_BYTES = 61
    ATTRIBUTES = 21
    COMPRESSED = 7
    STAMPED_BY_THE_BROKER = 8
    FIRST_TIME = 27
    LAST_TIME = 35
    COUNT = 57
    LENGTH_END = 12
    MAGIC = 2
    TRANSACTIONAL = 1 << 4


# -- record batches ------------------------------------------------------------------------------

def pack_records(entries, Py_ssize_t first, int64_t now_ms, Py_ssize_t most):
    cdef list items = entries if type(entries) is list else list(entries)
    cdef Py_ssize_t total = len(items)
    cdef Py_ssize_t count = 0, size = HEADER_BYTES, body, place
    cdef tuple entry
    cdef bytearray batch
    cdef char *at
    for place in range(first, total):
        entry = <tuple?>items[place]
        body = _body(_part(entry[0]), _part(entry[1]), count)
        body += _varint_bytes(body)
        if count and size + body > most:
            break
        size += body
        count += 1
    batch = PyByteArray_FromStringAndSize(NULL, size)
    at = PyByteArray_AS_STRING(batch)
    at = _put_int(at, 0, 8)
    at = _put_int(at, size - LENGTH_END, 4)
    at = _put_int(at, -1, 4)
    at = _put_int(at, MAGIC, 1)
    at = _put_int(at, 0, 4)
    at = _put_int(at, TRANSACTIONAL, 2)
    at = _put_int(at, count - 1 if count else 0, 4)
    at = _put_int(at, now_ms, 8)
    at = _put_int(at, now_ms, 8)
    at = _put_int(at, -1, 8)
    at = _put_int(at, -1, 2)
    at = _put_int(at, -1, 4)
    at = _put_int(at, count, 4)
    for place in range(count):
        entry = <tuple>items[first + place]
        at = _put_record(at, <bytes>entry[0], <bytes>entry[1], place)
    return batch, count


cdef inline bytes _part(object part):
    if part is not None and type(part) is not bytes:
        raise TypeError("a key or value is neither bytes nor None")
    return <bytes>part


cdef inline Py_ssize_t _body(bytes key, bytes value, Py_ssize_t place) noexcept:
    # attributes, no time since the first record, offset since the first record, key, value, no headers
    return 3 + _varint_bytes(place) + _sized_bytes(key) + _sized_bytes(value)


cdef inline Py_ssize_t _sized_bytes(bytes part) noexcept:
    if part is None:
        return 1
    return _varint_bytes(PyBytes_GET_SIZE(part)) + PyBytes_GET_SIZE(part)


cdef inline Py_ssize_t _varint_bytes(Py_ssize_t number) noexcept:
    cdef uint64_t rest = <uint64_t>number << 1
    cdef Py_ssize_t size = 1
    while rest > 127:
        rest >>= 7
        size += 1
    return size


cdef inline char *_put_record(char *at, bytes key, bytes value, Py_ssize_t place) noexcept:
    at = _put_varint(at, _body(key, value, place))
    at[0] = 0
    at[1] = 0
    at = _put_varint(at + 2, place)
    at = _put_sized(at, key)
    at = _put_sized(at, value)
    at[0] = 0
    return at + 1


cdef inline char *_put_sized(char *at, bytes part) noexcept:
    if part is None:
        at[0] = 1
        return at + 1
    return _put_bytes(_put_varint(at, PyBytes_GET_SIZE(part)), part)


cdef inline char *_put_varint(char *at, Py_ssize_t number) noexcept:
    cdef uint64_t rest = <uint64_t>number << 1
    while rest > 127:
        at[0] = <char>(rest & 127 | 128)
        rest >>= 7
        at += 1
    at[0] = <char>rest
    return at + 1


cdef inline char *_put_int(char *at, int64_t number, int size) noexcept:
    cdef int place
    for place in range(size):
        at[place] = <char>(number >> (8 * (size - 1 - place)) & 255)
    return at + size


cdef inline char *_put_bytes(char *at, bytes part) noexcept:
    memcpy(at, PyBytes_AS_STRING(part), PyBytes_GET_SIZE(part))
    return at + PyBytes_GET_SIZE(part)


@cython.final
@cython.no_gc
cdef class Received:
    cdef readonly str topic
    cdef readonly int partition
    cdef readonly int64_t offset
    cdef readonly int64_t timestamp
    cdef readonly bytes key
    cdef readonly bytes value


def unpack_records(bytes data not None, Py_ssize_t start, Py_ssize_t end, str topic not None, int partition,
                   int64_t least):
    if start < 0 or end > PyBytes_GET_SIZE(data) or end - start < HEADER_BYTES:
        raise ValueError("a record batch is shorter than its header")
    cdef const unsigned char *batch = <const unsigned char *>PyBytes_AS_STRING(data) + start
    cdef const unsigned char *at = batch + HEADER_BYTES
    cdef const unsigned char *stop = batch + (end - start)
    cdef const unsigned char *last
    cdef int attributes = <int>_int(batch + ATTRIBUTES, 2)
    cdef int64_t base = _int(batch, 8), first_ms = _int(batch + FIRST_TIME, 8), last_ms = _int(batch + LAST_TIME, 8)
    cdef int64_t count = _int(batch + COUNT, 4), place, size, since, number, headers
    cdef list records = []
    cdef Received record
    cdef bytes key, value
    if attributes & COMPRESSED:
        raise ValueError("a record batch is compressed")
    for place in range(count):
        size = _varint(&at, stop)
        if size < 0 or size > stop - at:
            raise ValueError("a record is longer than its batch")
        last = at + size
        _varint(&at, last)
        since = _varint(&at, last)
        number = base + _varint(&at, last)
        key = _sized(&at, last)
        value = _sized(&at, last)
        headers = _varint(&at, last)
        if headers < 0:
            raise ValueError("a record has less than no headers")
        while headers:
            _skip(&at, last)
            _skip(&at, last)
            headers -= 1
        if at != last:
            raise ValueError("a record is longer than its parts")
        if number < least:
            continue
        record = Received.__new__(Received)
        record.topic = topic
        record.partition = partition
        record.offset = number
        record.timestamp = last_ms if attributes & STAMPED_BY_THE_BROKER else first_ms + since
        record.key = key
        record.value = value
        records.append(record)
    if at != stop:
        raise ValueError("a record batch is longer than its records")
    return records


cdef inline int64_t _int(const unsigned char *at, int size) noexcept:
    cdef uint64_t number = 0
    cdef int place
    for place in range(size):
        number = number << 8 | at[place]
    if size < 8 and number >> (8 * size - 1):
        number |= ~<uint64_t>0 << (8 * size)
    return <int64_t>number


cdef inline int64_t _varint(const unsigned char **at, const unsigned char *stop) except? -1:
    cdef uint64_t number = 0
    cdef int shift = 0
    while True:
        if at[0] >= stop or shift > 63:
            raise ValueError("a number has no end")
        number |= <uint64_t>(at[0][0] & 127) << shift
        at[0] += 1
        if not at[0][-1] & 128:
            return <int64_t>(number >> 1) ^ -<int64_t>(number & 1)
        shift += 7


cdef inline bytes _sized(const unsigned char **at, const unsigned char *stop):
    cdef int64_t size = _varint(at, stop)
    cdef bytes part
    if size < 0:
        return None
    if size > stop - at[0]:
        raise ValueError("a part is longer than its record")
    part = PyBytes_FromStringAndSize(<const char *>at[0], size)
    at[0] += size
    return part


cdef inline int _skip(const unsigned char **at, const unsigned char *stop) except -1:
    cdef int64_t size = _varint(at, stop)
    if size > stop - at[0]:
        raise ValueError("a header is longer than its record")
    if size > 0:
        at[0] += size
    return 0


# -- events --------------------------------------------------------------------------------------

def splice(bytes value not None, Py_ssize_t start, Py_ssize_t end, bytes part not None):
    cdef Py_ssize_t size = PyBytes_GET_SIZE(value), more = PyBytes_GET_SIZE(part)
    cdef bytes spliced
    cdef char *at
    if start < 0 or start > end or end > size:
        raise ValueError("bytes are replaced where there are none")
    spliced = PyBytes_FromStringAndSize(NULL, start + more + size - end)
    at = PyBytes_AS_STRING(spliced)
    memcpy(at, PyBytes_AS_STRING(value), start)
    memcpy(at + start, PyBytes_AS_STRING(part), more)
    memcpy(at + start + more, PyBytes_AS_STRING(value) + end, size - end)
    return spliced


# -- commands of Redis ---------------------------------------------------------------------------

def pack_command(bytes name not None, first, bytes prefix not None=b"", rest=()):
    cdef list head = list(first)
    cdef list tail = rest if type(rest) is list else list(rest)
    cdef Py_ssize_t front = PyBytes_GET_SIZE(prefix)
    cdef Py_ssize_t count = 1 + len(head) + len(tail)
    cdef Py_ssize_t size = 3 + _digits(count) + _bulk_bytes(PyBytes_GET_SIZE(name))
    cdef bytes command
    cdef char *at
    for part in head:
        size += _bulk_bytes(_size_of(<bytes?>part))
    for part in tail:
        size += _bulk_bytes(front + _size_of(<bytes?>part))
    command = PyBytes_FromStringAndSize(NULL, size)
    at = _put_bulk(_put_count(PyBytes_AS_STRING(command), c"*", count), b"", name)
    for part in head:
        at = _put_bulk(at, b"", <bytes>part)
    for part in tail:
        at = _put_bulk(at, prefix, <bytes>part)
    return command


def pack_entries(bytes prefix not None, entries):
    cdef dict items = entries if type(entries) is dict else dict(entries)
    cdef Py_ssize_t front = PyBytes_GET_SIZE(prefix)
    cdef Py_ssize_t sets = 0, removes = 0, set_bytes = 0, remove_bytes = 0, size
    cdef bytes set_command = None, remove_command = None
    cdef char *set_at = NULL
    cdef char *remove_at = NULL
    for key, value in items.items():
        size = _bulk_bytes(front + _size_of(<bytes?>key))
        if value is None:
            removes += 1
            remove_bytes += size
        else:
            sets += 2
            set_bytes += size + _bulk_bytes(_size_of(<bytes?>value))
    if sets:
        set_command = PyBytes_FromStringAndSize(NULL, 3 + _digits(sets + 1) + _bulk_bytes(4) + set_bytes)
        set_at = _put_bulk(_put_count(PyBytes_AS_STRING(set_command), c"*", sets + 1), b"", b"MSET")
    if removes:
        remove_command = PyBytes_FromStringAndSize(NULL, 3 + _digits(removes + 1) + _bulk_bytes(6) + remove_bytes)
        remove_at = _put_bulk(_put_count(PyBytes_AS_STRING(remove_command), c"*", removes + 1), b"", b"UNLINK")
    for key, value in items.items():
        if value is None:
            remove_at = _put_bulk(remove_at, prefix, <bytes>key)
        else:
            set_at = _put_bulk(_put_bulk(set_at, prefix, <bytes>key), b"", <bytes>value)
    return [command for command in (set_command, remove_command) if command is not None]


cdef inline Py_ssize_t _size_of(bytes part) except -1:
    if part is None:
        raise TypeError("a part of a command is None")
    return PyBytes_GET_SIZE(part)


cdef inline Py_ssize_t _digits(Py_ssize_t number) noexcept:
    cdef Py_ssize_t digits = 1
    while number > 9:
        number //= 10
        digits += 1
    return digits


cdef inline Py_ssize_t _bulk_bytes(Py_ssize_t size) noexcept:
    return 5 + _digits(size) + size


cdef inline char *_put_bulk(char *at, bytes prefix, bytes part) noexcept:
    at = _put_count(at, c"$", PyBytes_GET_SIZE(prefix) + PyBytes_GET_SIZE(part))
    at = _put_bytes(_put_bytes(at, prefix), part)
    at[0] = c"\r"
    at[1] = c"\n"
    return at + 2


cdef inline char *_put_count(char *at, char kind, Py_ssize_t number) noexcept:
    cdef Py_ssize_t digits = _digits(number)
    cdef Py_ssize_t place
    at[0] = kind
    for place in range(digits, 0, -1):
        at[place] = <char>(48 + number % 10)
        number //= 10
    at[digits + 1] = c"\r"
    at[digits + 2] = c"\n"
    return at + digits + 3

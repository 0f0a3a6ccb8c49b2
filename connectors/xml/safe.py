"""XML read as a stream, without what makes XML dangerous: document types, entities, tokens without end."""

from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from creditbus.connectors.errors import SourceError
from creditbus.connectors.xml import messages

__all__ = ["BLOCK", "SafeParser", "refuse_document_type"]

BLOCK = 65_536
_MOST_PENDING = 1_048_576
"""Bytes of one tag, comment or the like; expat holds an unfinished one in memory."""
_MOST_PROLOG = 1_048_576


class SafeParser:
    """An expat parser that refuses document types, whence all entities come, and bounds what it holds.

    Args:
        place: The file, for errors.
        encoding: Of the bytes that will be fed; None: as the document declares, of those that expat knows.
    """

    def __init__(self, place: str, encoding: str | None = None) -> None:
        self.expat = expat.ParserCreate(encoding)
        self.expat.buffer_text = True
        self.expat.buffer_size = BLOCK
        self.expat.StartDoctypeDeclHandler = self._refuse
        self._place = place
        self._fed = 0
        self._in_prolog = True

    def on_start(self, handler: Callable[[str, dict[str, str]], object]) -> None:
        """Call a function at each start of an element."""

        def first(name: str, attributes: dict[str, str]) -> None:
            self._in_prolog = False
            self.expat.StartElementHandler = handler
            handler(name, attributes)

        self.expat.StartElementHandler = first

    def feed(self, block: bytes, *, last: bool = False) -> None:
        """Parse on; handlers are called meanwhile.

        Raises:
            SourceError: it is not well-formed, has a document type, or a token too long.
        """
        self._fed += len(block)
        try:
            self.expat.Parse(block, last)
        except expat.ExpatError as error:
            raise SourceError(self._place, messages.NOT_XML(error=error), messages.HAND_IN_AGAIN()) from error
        except (LookupError, ValueError) as error:
            if not self._in_prolog:
                raise  # of a handler
            # of the declared encoding: unknown, or wider than expat reads
            problem = messages.ENCODING_UNREADABLE()
            raise SourceError(self._place, problem, messages.SAVE_AS_UTF8()) from error
        if self._fed - self.expat.CurrentByteIndex > _MOST_PENDING and not last:
            raise SourceError(self._place, messages.LONG_TAG_BYTES(most_pending=_MOST_PENDING))

    def _refuse(self, *_: object) -> None:
        fix = messages.NO_ENTITIES()
        raise SourceError(self._place, messages.DOCTYPE(), fix)


class _EndOfPrologError(Exception):
    pass


def refuse_document_type(stream: BinaryIO, place: str) -> None:
    """Read up to the first element and refuse a document type, for parsers that would expand its entities.

    Raises:
        SourceError: it has one, or is no XML.
    """
    parser = SafeParser(place)

    def stop(*_: object) -> None:
        raise _EndOfPrologError

    parser.on_start(stop)
    try:
        for block in _blocks(stream, _MOST_PROLOG):
            parser.feed(block)
        parser.feed(b"", last=True)
    except _EndOfPrologError:
        return
    raise SourceError(place, messages.NO_ELEMENT())


def _blocks(stream: BinaryIO, most: int) -> Iterator[bytes]:
    read: Callable[[], bytes] = lambda: stream.read(BLOCK)  # noqa: E731 -- iter wants a function
    for count, block in enumerate(iter(read, b""), start=1):
        yield block
        if count * BLOCK >= most:
            return

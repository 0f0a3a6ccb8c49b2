"""What a file is, whatever it is called: systems write web pages and text and name them .xls."""

import re
from enum import Enum

from creditbus.connectors.common import messages as shared
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.archive import ZIP_MAGIC
from creditbus.connectors.files.blob import Blob
from creditbus.topics.text import Text

__all__ = ["TEXTS", "XLS_MAGIC", "Content", "content_of", "no_workbook", "require_text"]

XLS_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BARE_XLS = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00")
"""A workbook of Excel 2 to 97 without the compound file around it."""
_HEAD_BYTES = 4096
_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_BEFORE_PAGE = re.compile(rb"(?:\s|<\?xml[^>]{0,200}\?>|<!--.{0,2000}?-->)*", re.DOTALL)
_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|meta|title|body|style|script|table|div|center|font|form|link)[\s>/]", re.IGNORECASE
)
_SURE_PAGE = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
"""For XML, in which any element may be called table."""
_ARCHIVED_PAGE = re.compile(rb"(?:[A-Za-z-]{1,40}:[^\n]{0,200}\n\s*){0,12}?MIME-Version:", re.IGNORECASE)
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1a")


class Content(Enum):
    """What the first bytes of a file say that it is."""

    XLS = Text("a workbook of the old format", "旧格式的工作簿")
    ZIP = Text("a zip archive", "zip 压缩包")
    PAGE = Text("a web page (HTML)", "网页（HTML）")
    SPREADSHEET_XML = Text("a workbook as XML (XML Spreadsheet 2003)", "XML 工作簿（XML Spreadsheet 2003）")
    ARCHIVED_PAGE = Text("an archived web page (MHT)", "网页归档（MHT）")
    PDF = Text("a PDF document", "PDF 文档")
    RTF = Text("an RTF document", "RTF 文档")
    PICTURE = Text("a picture", "图片")
    EMPTY = Text("empty", "空文件")
    TEXT = Text("text", "文本")
    OTHER = Text("of no known format", "未知格式")


TEXTS = frozenset({Content.TEXT, Content.OTHER})
"""What may be text: nobody can say of bytes without a known beginning that they are not."""
_WORKBOOKS = frozenset({Content.XLS, Content.ZIP, Content.PAGE, Content.SPREADSHEET_XML})
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_BY_MAGIC = (
    (XLS_MAGIC, Content.XLS),
    (ZIP_MAGIC, Content.ZIP),
    (b"%PDF-", Content.PDF),
    (b"{\\rtf", Content.RTF),
    (b"\x89PNG", Content.PICTURE),
    (b"\xff\xd8\xff", Content.PICTURE),
)


def content_of(blob: Blob) -> Content:
    """Tell by the first bytes what a file is."""
    head = blob.head(_HEAD_BYTES)
    # a file of which the whole head is blank may go on
    if (len(head) < _HEAD_BYTES and not head.strip()) or head in _BYTE_ORDER_MARKS:
        return Content.EMPTY
    for magic, content in _BY_MAGIC:
        if head.startswith(magic):
            return content
    if _BARE_XLS.match(head):
        return Content.XLS
    return _text_content(head, is_xml=blob.name.lower().endswith(".xml"))


def _text_content(head: bytes, *, is_xml: bool) -> Content:
    is_wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[1:20:2].count(0) > 1
    narrow = head.replace(b"\0", b"") if is_wide else head
    start = narrow.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip()
    if start.startswith(b"<") and _SPREADSHEET in start:
        return Content.SPREADSHEET_XML
    page = _SURE_PAGE if is_xml or start.startswith(b"<?xml") else _PAGE
    before = _BEFORE_PAGE.match(start)
    if before and page.match(start, before.end()):
        return Content.PAGE
    if _ARCHIVED_PAGE.match(start):
        return Content.ARCHIVED_PAGE
    return Content.OTHER if _CONTROLS.intersection(narrow) else Content.TEXT


def require_text(blob: Blob, *others: Content) -> None:
    """Do nothing if a file may be text.

    Args:
        blob: The file.
        others: What it may be, too.

    Raises:
        SourceError: it is empty, or something else.
    """
    content = content_of(blob)
    if content in TEXTS or content in others:
        return
    if content is Content.EMPTY:
        raise SourceError(blob.place, shared.EMPTY(), messages.HAND_IN_TABLE())
    # an archive of files is unpacked before, so that this one is a workbook
    what = messages.A_WORKBOOK() if content is Content.ZIP else content.value
    fix = messages.KIND_OF_WORKBOOKS() if content in _WORKBOOKS else messages.OPEN_AND_SAVE()
    raise SourceError(blob.place, messages.IS_SOMETHING_ELSE(what=what), fix)


def no_workbook(content: Content, place: str) -> SourceError:
    """Make the error of a file that is not a workbook, and cannot be read as one."""
    if content is Content.TEXT:
        fix = messages.KIND_FILES()
    elif content in (Content.OTHER, Content.EMPTY):
        fix = messages.HAND_IN_AS_XLSX()
    else:
        fix = messages.OPEN_AND_SAVE()
    return SourceError(place, messages.NOT_A_WORKBOOK(value=content.value), fix)

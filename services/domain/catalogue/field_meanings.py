"""What each key of a field in an item's `v<n>.avsc` means, and what its formats are: Chinese and English."""

from collections.abc import Mapping
from typing import Final

from creditbus.services.domain.catalogue.fields import Format

__all__ = ["FIELD_MEANINGS", "FORMAT_MEANINGS"]

FIELD_MEANINGS: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("数据项的代码：大写字母、数字和下划线", "Code of the field: letters, digits and underscores."),
    "type": ('一律为 ["null", "string"]', 'Always ["null", "string"].'),
    "default": ("一律为 null", "Always null."),
    "code": ("与 name 相同", "The same as `name`."),
    "title": ("中文名称，也是映射认得的列名", "Title in Chinese; mappings know a column by it."),
    "title_en": ("英文名称", "Title in English."),
    "disclosure": (
        "哪些授权可以看到：public 每项授权，shared 和 authorised 为披露级别不低于此的授权",
        "The grants that show it: public each one, shared and authorised those of this ceiling or above.",
    ),
    "mandatory": (
        "true：为空则退回；不写为可空",
        "true: a row in which it is empty is refused; left out: it may be empty.",
    ),
    "max_length": ("最多几个字；不写为不限", "Most characters; left out: any number."),
    "format": ("写法，见下表；不写为 text", "Form of a value, as below; left out: text."),
    "values": (
        "可以有的值；末尾写 -* 的，连字符后可以是任何说明",
        "The only values admitted; one that ends with -* admits any note after the hyphen.",
    ),
    "separator": (
        "一格中有几个值时，值之间的符号；不写为只有一个",
        "Sign between several of `values` in one cell; left out: one value only.",
    ),
    "mask": (
        "部分示出时左右各留几个字，例如 [1, 0]；不写为完整示出",
        "Characters that are shown at the left and at the right, such as [1, 0]; left out: all of them.",
    ),
}

FORMAT_MEANINGS: Final[Mapping[Format, tuple[str, str]]] = {
    Format.TEXT: ("任意文字", "Free text."),
    Format.CODE: ("代码或文书号，半角", "A code or a document number, in half width."),
    Format.DATE: ("日期，2026-03-05", "A day, 2026-03-05."),
    Format.DATE_OPEN: ("日期；2099-12-31 表示长期", "A day; 2099-12-31 stands for no end."),
    Format.NUMBER: ("数字，12.5", "A number, 12.5."),
    Format.YEAR: ("四位年份", "A year of four digits."),
    Format.USCC: ("统一社会信用代码，含校验", "A unified social credit code; its check character is checked."),
    Format.DIVISION: ("行政区划代码，六位数字", "A division code, six digits."),
    Format.CHANGES: (
        "JSON 对象：另一事项记录的列名与其新值，null 为无值",
        "A JSON object: columns of another item's record with their new values, null for none.",
    ),
}

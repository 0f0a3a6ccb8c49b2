"""Administrative licences in the dual-publicity layout of 2018."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from random import Random

from creditbus.deploy.demo.days import day_between
from creditbus.deploy.demo.defects import FUTURE, Defects, blank, condition, not_a_date, put
from creditbus.deploy.demo.mixing import History, Naming
from creditbus.deploy.demo.parties import PARTY, PartyColumns
from creditbus.deploy.demo.subjects import Authority, DemoSubject
from creditbus.deploy.demo.truth import Cells
from creditbus.services.domain.normalise import NO_END
from creditbus.services.domain.reasons import Reason

__all__ = ["CODES", "COLUMNS", "DATES", "Licences"]

COLUMNS = {
    **dict(
        zip(
            (f"XK_{name}" for name in PARTY),
            (
                "行政相对人名称",
                "行政相对人类别",
                "行政相对人代码_1(统一社会信用代码)",
                "行政相对人代码_2(工商注册号)",
                "行政相对人代码_3(组织机构代码)",
                "行政相对人代码_4(税务登记号)",
                "行政相对人代码_5(事业单位证书号)",
                "行政相对人代码_6(社会组织登记证号)",
                "法定代表人",
                "法定代表人证件类型",
                "法定代表人证件号码",
                "证件类型",
                "证件号码",
            ),
            strict=True,
        )
    ),
    "XK_XKWS": "行政许可决定文书名称",
    "XK_WSH": "行政许可决定文书号",
    "XK_XKLB": "许可类别",
    "XK_XKZS": "许可证书名称",
    "XK_XKBH": "许可编号",
    "XK_NR": "许可内容",
    "XK_JDRQ": "许可决定日期",
    "XK_YXQZ": "有效期自",
    "XK_YXQZI": "有效期至",
    "XK_XKJG": "许可机关",
    "XK_XKJGDM": "许可机关统一社会信用代码",
    "XK_ZT": "当前状态",
    "XK_LYDW": "数据来源单位",
    "XK_LYDWDM": "数据来源单位统一社会信用代码",
    "BZ": "备注",
}
"""Field code and Chinese title of every column."""

DATES = ("XK_JDRQ", "XK_YXQZ", "XK_YXQZI")
CODES = ("XK_WSH", "XK_XDR_SHXYM", "XK_XKJGDM")

_SUBJECTS_OF_LICENCE = (
    ("approval", "食品经营许可决定书", "普通", "食品经营许可证", "预包装食品销售；热食类食品制售"),
    ("labour", "人力资源服务许可决定书", "核准", "人力资源服务许可证", "职业介绍；人才推荐"),
    ("construction", "建筑业企业资质核准决定书", "认可", "建筑业企业资质证书", "市政公用工程施工总承包叁级"),
    ("transport", "道路货物运输经营许可决定书", "普通", "道路运输经营许可证", "普通货物道路运输"),
    ("market", "特种设备使用登记决定书", "登记", "特种设备使用登记证", "叉车使用登记"),
    ("approval", "公共场所卫生许可决定书", "其他-延续", "卫生许可证", "住宿场所；美容场所"),
)
_TERM = timedelta(days=365 * 5)
_FOREVER = 0.2
_ITEM = "administrative-licence"


class Licences:
    """Makes the rows of licences_2018.xlsx."""

    def __init__(self, random: Random, authorities: dict[str, Authority], other: DemoSubject) -> None:
        """``other`` is a subject that no row is about."""
        self._random = random
        self._authorities = authorities
        self._party = PartyColumns("XK")
        self._numbers = count(1)
        self.defects: Defects = {
            **self._party.defects(other),
            Reason.MANDATORY_EMPTY: (blank("XK_XKWS"), blank("XK_NR"), blank("XK_WSH")),
            Reason.FORMAT_OVER_LENGTH: (lambda cells, _: cells | {"XK_WSH": f"{cells['XK_WSH']}{'附' * 64}"},),
            Reason.ENUM_UNKNOWN: (put(XK_XKLB="备案"), put(XK_ZT="9")),
            Reason.DATE_UNPARSABLE: (not_a_date("XK_JDRQ"), not_a_date("XK_YXQZ")),
            Reason.DATE_FUTURE: (put(XK_JDRQ=FUTURE),),
            Reason.PERIOD_INVERTED: (put(XK_YXQZI="2009-12-31"),),
            condition(_ITEM, "COND_LEGAL_REP_MISSING"): (
                lambda cells, _: cells | {"XK_FRDB": None, "XK_XDR_LB": "法人及非法人组织"},
            ),
        }

    def record(self, subject: DemoSubject, naming: Naming) -> Cells:
        """Give a valid licence under a new document number."""
        random = self._random
        key, title, kind, certificate, content = random.choice(_SUBJECTS_OF_LICENCE)
        authority = self._authorities[key]
        number = next(self._numbers)
        decided = day_between(random, 2017, 2018)
        until = NO_END if random.random() < _FOREVER else (decided + _TERM).isoformat()
        return self._party.of(subject, naming) | {
            "XK_XKWS": title,
            "XK_WSH": f"{authority.short}许〔{decided.year}〕{number}号",
            "XK_XKLB": kind,
            "XK_XKZS": certificate,
            "XK_XKBH": f"SL{number:08}",
            "XK_NR": content,
            "XK_JDRQ": decided.isoformat(),
            "XK_YXQZ": decided.isoformat(),
            "XK_YXQZI": until,
            "XK_XKJG": authority.name,
            "XK_XKJGDM": authority.uscc,
            "XK_ZT": "1",
            "XK_LYDW": authority.name,
            "XK_LYDWDM": authority.uscc,
            "BZ": None,
        }

    def amend(self, cells: Cells) -> Cells:
        """Take the licence out of force, or widen what it allows."""
        if self._random.random() < 0.5:  # noqa: PLR2004 # either way
            return cells | {"XK_ZT": "2", "BZ": "许可已注销"}
        return cells | {"XK_NR": f"{cells['XK_NR']}；变更：增加经营项目"}

    def histories(self, subject: DemoSubject, naming: Naming) -> Iterator[History]:
        """Licences have no events of another kind."""
        del subject, naming
        return iter(())

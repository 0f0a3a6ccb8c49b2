"""Fictional subjects and authorities.

Every code is valid by its check character and can belong to nobody: its division begins with 99, which GB/T 2260 does
not use, and every name begins with 示例 (example).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from creditbus.services.domain.identifiers import organisation_code, registration_no, uscc

__all__ = ["DISTRICTS", "Authority", "DemoSubject", "authorities", "further_authority", "subjects"]

DISTRICTS = {
    "420102": "江岸区",
    "420103": "江汉区",
    "420104": "硚口区",
    "420105": "汉阳区",
    "420106": "武昌区",
    "420107": "青山区",
    "420111": "洪山区",
    "420112": "东西湖区",
    "420119": "东湖高新区",
}
"""Districts of the registered addresses: divisions of GB/T 2260, the last one in local use."""

_KINDS = {"91": 78, "92": 10, "12": 6, "51": 3, "52": 3}  # registration authority and kind of body, and their share
_BRANDS = ("云帆", "晨曦", "江月", "青禾", "远山", "明川", "启程", "嘉木", "长桥", "汇泽", "朗润", "星野")
_TRADES = {
    "91": ("商贸有限公司", "科技有限公司", "建筑工程有限公司", "物流有限公司", "餐饮管理有限公司", "机电设备有限公司"),
    "92": ("小吃店", "便利店", "五金经营部"),
    "12": ("职业培训中心", "文化馆"),
    "51": ("行业协会",),
    "52": ("养老服务中心", "社会工作服务中心"),
}
_REPRESENTATIVES = "甲乙丙丁戊己庚辛壬癸"
_ROADS = ("示例大道", "样本路", "虚构街", "演示一路")
_ELSEWHERE = 0.05  # share of subjects whose code names another district than the register: never route by the code


@dataclass(frozen=True, slots=True)
class DemoSubject:
    """A subject with its codes, old and new."""

    uscc: str
    name: str
    individual: bool
    """An individual business (个体工商户)."""
    district: str
    address: str
    representative: str
    registration_no: str

    @property
    def organisation_code(self) -> str:
        """The nine characters of the organisation code."""
        return uscc.organisation_code(self.uscc)

    @property
    def tax_no(self) -> str:
        """The tax number before 2015: division and organisation code."""
        return self.uscc[2:8] + self.organisation_code


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority that decides on licences, penalties, lists or grades."""

    name: str
    uscc: str
    short: str
    """The characters with which its document numbers begin."""


def subjects(random: Random, first: int = 0) -> Iterator[DemoSubject]:
    """Give subject after subject, numbered from ``first``: the number is in name and codes, so none occurs twice."""
    number = first
    while True:
        kind = random.choices(tuple(_KINDS), tuple(_KINDS.values()))[0]
        district = random.choice(tuple(DISTRICTS))
        coded = random.choice(tuple(DISTRICTS)) if random.random() < _ELSEWHERE else district
        road = f"{DISTRICTS[district]}{random.choice(_ROADS)}{number % 499 + 1}号"
        yield DemoSubject(
            uscc=_uscc(kind, f"99{coded[2:]}", "FC", number),
            name=f"示例{random.choice(_BRANDS)}{number:05}{random.choice(_TRADES[kind])}",
            individual=kind == "92",
            district=district,
            address=f"示例市{road}",
            representative=f"示例代表{random.choice(_REPRESENTATIVES)}",
            registration_no=_registration_no(f"99{coded[2:]}", number),
        )
        number += 1


def authorities() -> dict[str, Authority]:
    """Give the authorities by the key that the files use."""
    names = {
        "market": ("示例市市场监督管理局", "示市监"),
        "approval": ("示例市行政审批局", "示审批"),
        "labour": ("示例市人力资源和社会保障局", "示人社"),
        "construction": ("示例市城乡建设局", "示城建"),
        "transport": ("示例市交通运输局", "示交"),
        "safety": ("示例市应急管理局", "示应急"),
        "tax": ("示例市税务局", "示税"),
        "credit": ("示例市社会信用管理办公室", "示信用"),
    }
    return {
        key: Authority(name, _uscc("11", "990100", "AU", number), short)
        for number, (key, (name, short)) in enumerate(names.items(), start=1)
    }


def further_authority(number: int, name: str, short: str) -> Authority:
    """Give an authority that the file of one item names; ``number`` is its own, from 0.

    One that `authorities` has, too, is the same one.
    """
    for known in authorities().values():
        if known.name == name:
            return known
    return Authority(name, _uscc("11", "990100", "AF", number), short)


def _uscc(kind: str, division: str, series: str, number: int) -> str:
    body = f"{series}{number:06}"
    body = f"{kind}{division}{body}{organisation_code.check_character(body)}"
    return body + uscc.check_character(body)


def _registration_no(division: str, number: int) -> str:
    body = f"{division}{number:08}"
    return body + registration_no.check_digit(body)

"""Administrative penalties in the dual-publicity layout of 2018."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from random import Random

from creditbus.deploy.demo.days import day_between
from creditbus.deploy.demo.defects import FUTURE, Defects, blank, condition, not_a_date, put
from creditbus.deploy.demo.mixing import History, Naming
from creditbus.deploy.demo.parties import PartyColumns
from creditbus.deploy.demo.subjects import Authority, DemoSubject
from creditbus.deploy.demo.truth import Cells
from creditbus.services.domain.reasons import Reason

__all__ = ["CODES", "DATES", "UNREADABLE", "Penalties"]

DATES = ("CF_JDRQ", "CF_YXQ", "CF_GSJZQ")
CODES = ("CF_WSH", "CF_XDR_SHXYM", "CF_CFJGDM")

UNREADABLE = "_unreadable"
"""A column that no file has: the writer breaks off the line of a row that holds it."""

_OFFENCES = (
    ("transport", "未取得道路运输经营许可擅自从事经营", "《示例道路运输条例》第一条", "罚款"),
    ("market", "销售标签不符合规定的预包装食品", "《示例食品安全条例》第二条", "没收违法所得;罚款"),
    ("construction", "未取得施工许可证擅自施工", "《示例建筑条例》第三条", "罚款"),
    ("safety", "未按规定进行安全生产教育和培训", "《示例安全生产条例》第四条", "警告"),
    ("labour", "未按规定公示规章制度", "《示例劳动保障条例》第五条", "警告;罚款"),
    ("market", "伪造产品产地", "《示例产品质量条例》第六条", "没收非法财物;暂扣或者吊销许可证"),
)
_PUBLISHED = timedelta(days=365 * 3)
_ITEM = "administrative-penalty"


class Penalties:
    """Makes the rows of penalties_2018.jsonl."""

    def __init__(self, random: Random, authorities: dict[str, Authority], other: DemoSubject) -> None:
        """``other`` is a subject that no row is about."""
        self._random = random
        self._authorities = authorities
        self._party = PartyColumns("CF")
        self._numbers = count(1)
        fined = {"CF_CFLB": "罚款", "CF_NR": "处以罚款"}
        self.defects: Defects = {
            **self._party.defects(other),
            Reason.FORMAT_UNPARSABLE: (put(**{UNREADABLE: "1"}),),
            Reason.MANDATORY_EMPTY: (blank("CF_SY"), blank("CF_YJ"), blank("CF_NR")),
            Reason.FORMAT_OVER_LENGTH: (lambda cells, _: cells | {"CF_WSH": f"{cells['CF_WSH']}{'附' * 128}"},),
            Reason.ENUM_UNKNOWN: (put(CF_CFLB="批评教育"),),
            Reason.NUMBER_UNPARSABLE: (put(**fined, CF_NR_FK="伍仟元"),),
            Reason.DATE_UNPARSABLE: (not_a_date("CF_JDRQ"), not_a_date("CF_GSJZQ")),
            Reason.DATE_FUTURE: (put(CF_JDRQ=FUTURE),),
            Reason.PERIOD_INVERTED: (put(CF_GSJZQ="2009-12-31"),),
            condition(_ITEM, "COND_FINE_AMOUNT_MISSING"): (put(**fined, CF_NR_FK=None),),
            condition(_ITEM, "COND_CONFISCATION_AMOUNT_MISSING"): (
                put(CF_CFLB="没收违法所得", CF_NR_FK=None, CF_NR_WFFF=None),
            ),
            condition(_ITEM, "COND_CERTIFICATE_MISSING"): (
                put(CF_CFLB="暂扣或者吊销执照", CF_NR_FK=None, CF_NR_ZKDX=None),
            ),
        }

    def record(self, subject: DemoSubject, naming: Naming) -> Cells:
        """Give a valid penalty under a new document number."""
        random = self._random
        key, offence, basis, kinds = random.choice(_OFFENCES)
        authority = self._authorities[key]
        decided = day_between(random, 2018, 2018)
        fine = random.randrange(1, 200) / 10 if "罚款" in kinds else None
        seized = f"{random.randrange(1, 50) / 10}" if "没收" in kinds else None
        return self._party.of(subject, naming) | {
            "CF_WSH": f"{authority.short}罚〔{decided.year}〕{next(self._numbers)}号",
            "CF_WFXW": offence,
            "CF_SY": f"{decided.year}年{decided.month}月检查时发现{offence}。",
            "CF_YJ": basis,
            "CF_CFLB": kinds,
            "CF_NR": f"给予{kinds.replace(';', '、')}的处罚",
            "CF_NR_FK": fine,
            "CF_NR_WFFF": seized,
            "CF_NR_ZKDX": "示例经营许可证 SL00000001" if "吊销" in kinds else None,
            "CF_JDRQ": decided.isoformat(),
            "CF_YXQ": None,
            "CF_GSJZQ": (decided + _PUBLISHED).isoformat(),
            "CF_CFJG": authority.name,
            "CF_CFJGDM": authority.uscc,
            "CF_SJLY": authority.name,
            "CF_SJLYDM": authority.uscc,
            "BZ": None,
        }

    def amend(self, cells: Cells) -> Cells:
        """Correct the facts of the case."""
        return cells | {"CF_SY": f"{cells['CF_SY']}（经复核更正）"}

    def histories(self, subject: DemoSubject, naming: Naming) -> Iterator[History]:
        """Penalties have no events of another kind."""
        del subject, naming
        return iter(())

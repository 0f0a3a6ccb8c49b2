"""Successions of subjects: mergers, splits and changes of code, and their annulment."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import count
from random import Random

from creditbus.deploy.demo.days import day_between
from creditbus.deploy.demo.defects import FUTURE, Defects, blank, code_defects, not_a_date, put
from creditbus.deploy.demo.mixing import History, Naming, code_of
from creditbus.deploy.demo.subjects import Authority, DemoSubject
from creditbus.deploy.demo.truth import Cells, Fate, GroundTruthRow
from creditbus.services.domain.reasons import Reason

__all__ = ["CODES", "COLUMNS", "DATES", "Successions"]

COLUMNS = (
    "变更类型",
    "原主体代码",
    "原主体名称",
    "承继主体代码",
    "承继主体名称",
    "生效日期",
    "通知书文号",
    "登记机关",
    "状态",
    "撤销日期",
    "撤销文号",
    "撤销原因",
)
DATES = ("生效日期", "撤销日期")
CODES = ("原主体代码", "承继主体代码", "通知书文号")

_KINDS = ("吸收合并", "新设合并", "分立", "更名或换码")
_ANNULLED = 0.2
_EARLY = 0.3
_OLD_CODE = 0.5  # of the rows that name their predecessor by an old code, too


class Successions:
    """Makes the rows of successions.csv; successors are taken from the register."""

    def __init__(self, random: Random, authorities: dict[str, Authority], registered: Sequence[DemoSubject]) -> None:
        self._random = random
        self._authority = authorities["market"]
        self._registered = registered
        self._numbers = count(1)
        self.defects: Defects = {
            **code_defects("承继主体代码"),
            Reason.ID_SAME_SUBJECT: (
                lambda cells, _: cells | {"承继主体代码": cells["原主体代码"], "承继主体名称": "示例更名"},
            ),
            Reason.MANDATORY_EMPTY: (
                blank("承继主体代码"),
                blank("原主体代码"),
                blank("通知书文号"),
                put(状态="撤销"),
            ),
            Reason.ENUM_UNKNOWN: (put(变更类型="改制"),),
            Reason.DATE_UNPARSABLE: (not_a_date("生效日期"),),
            Reason.DATE_FUTURE: (put(生效日期=FUTURE),),
        }

    def record(self, subject: DemoSubject, naming: Naming) -> Cells:
        """Give a valid row under a new notice."""
        random = self._random
        successor = random.choice([one for one in random.sample(self._registered, 2) if one is not subject])
        day = day_between(random, 2017, 2018)
        old = naming is not Naming.USCC
        return {
            "变更类型": random.choice(_KINDS),
            "原主体代码": code_of(subject, naming),
            "原主体名称": subject.name,
            "承继主体代码": successor.organisation_code if old and random.random() < _OLD_CODE else successor.uscc,
            "承继主体名称": successor.name,
            "生效日期": day.isoformat(),
            "通知书文号": f"{self._authority.short}承继〔{day.year}〕{next(self._numbers)}号",
            "登记机关": self._authority.name,
            "状态": None,
            "撤销日期": None,
            "撤销文号": None,
            "撤销原因": None,
        }

    def amend(self, cells: Cells) -> Cells:
        """Correct the date of effect."""
        return cells | {"生效日期": "2016-12-30"}

    def histories(self, subject: DemoSubject, naming: Naming) -> Iterator[History]:
        """Give now and then a succession with its annulment, in either order."""
        random = self._random
        if random.random() >= _ANNULLED:
            return
        row = self.record(subject, naming)
        annulled = date.fromisoformat(str(row["生效日期"])) + timedelta(days=random.randrange(30, 200))
        undone = {"撤销文号": f"{row['通知书文号']}之撤销", "撤销原因": "登记错误"}
        annulment = row | undone | {"状态": "撤销", "撤销日期": annulled.isoformat()}
        history = [
            GroundTruthRow(row, Fate.NEW),
            GroundTruthRow(annulment, Fate.TRANSITION),
            GroundTruthRow(annulment, Fate.DUPLICATE),
        ]
        yield history[1::-1] + history[2:] if random.random() < _EARLY else history

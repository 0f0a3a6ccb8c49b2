"""Red and black lists: entries, and removals that act on them."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from random import Random

from creditbus.deploy.demo.days import day_between
from creditbus.deploy.demo.defects import FUTURE, Defects, blank, code_defects, condition, not_a_date, put, with_a_time
from creditbus.deploy.demo.mixing import History, Naming, code_of
from creditbus.deploy.demo.subjects import Authority, DemoSubject
from creditbus.deploy.demo.truth import Cells, Fate, GroundTruthRow
from creditbus.services.domain.reasons import Reason

__all__ = ["CODES", "COLUMNS", "DATES", "Lists"]

COLUMNS = (
    "事件类型",
    "名单名称",
    "名单类型",
    "主体类别",
    "主体名称",
    "主体代码",
    "认定单位",
    "认定单位代码",
    "列入决定文书号",
    "法律依据",
    "列入日期",
    "期限(年)",
    "移出日期",
    "移出原因",
    "移出决定文书号",
    "备注",
)
DATES = ("列入日期", "移出日期")
CODES = ("主体代码", "认定单位代码", "列入决定文书号")

_LISTS = (
    ("labour", "拖欠农民工工资黑名单", "黑", "3"),
    ("tax", "重大税收违法案件当事人名单", "黑", "3"),
    ("market", "经营异常名录", "黑", None),
    ("safety", "安全生产失信联合惩戒黑名单", "黑", "1"),
    ("market", "守合同重信用企业", "红", "2"),
    ("tax", "纳税信用A级纳税人", "红", "1"),
)
_EXITS = ("到期", "提前移出", "企业注销自动移出", "撤销")
_REMOVED = 0.3
_EARLY = 0.2
_REPEATED = 0.1
_ORPHANED = 0.02
_ITEM = "red-black-list"


class Lists:
    """Makes the rows of red_black_lists.csv."""

    def __init__(self, random: Random, authorities: dict[str, Authority]) -> None:
        self._random = random
        self._authorities = authorities
        self._numbers = count(1)
        self._orphans = 0
        removal = {"事件类型": "移出", "移出决定文书号": "示移〔2019〕1号"}
        person: Cells = {"主体类别": "自然人", "主体名称": "示例自然人乙", "主体代码": None}
        self.defects: Defects = {
            **code_defects("主体代码"),
            Reason.CAT_NOT_IN_CATALOGUE: (put(名单名称="示例未入目录名单"),),
            Reason.CAT_NATURAL_PERSON: (put(**person),),
            Reason.MANDATORY_EMPTY: (blank("法律依据"), blank("列入决定文书号"), blank("列入日期")),
            Reason.ENUM_UNKNOWN: (put(名单类型="灰"),),
            Reason.DATE_UNPARSABLE: (not_a_date("列入日期"),),
            Reason.DATE_WITH_TIME: (with_a_time("列入日期"),),
            Reason.DATE_FUTURE: (put(列入日期=FUTURE),),
            Reason.PERIOD_INVERTED: (put(**removal, 移出日期="2009-12-31", 移出原因="到期"),),
            Reason.COND_SUBJECT_CODE_MISSING: (put(主体代码=None, 主体类别="法人及非法人组织"),),
            condition(_ITEM, "COND_EXIT_REASON_MISSING"): (put(**removal, 移出日期="2019-06-03"),),
            condition(_ITEM, "COND_EXIT_DATE_MISSING"): (put(**removal, 移出原因="到期"),),
        }

    def record(self, subject: DemoSubject, naming: Naming) -> Cells:
        """Give a valid entry under a new document number."""
        key, name, kind, term = self._random.choice(_LISTS)
        authority = self._authorities[key]
        entered = day_between(self._random, 2017, 2018)
        return {
            "事件类型": "列入",
            "名单名称": name,
            "名单类型": kind,
            "主体类别": "个体工商户" if subject.individual else "法人及非法人组织",
            "主体名称": subject.name,
            "主体代码": code_of(subject, naming),
            "认定单位": authority.name,
            "认定单位代码": authority.uscc,
            "列入决定文书号": f"{authority.short}名单〔{entered.year}〕{next(self._numbers)}号",
            "法律依据": "《示例市信用名单管理办法》",
            "列入日期": entered.isoformat(),
            "期限(年)": term,
            "移出日期": None,
            "移出原因": None,
            "移出决定文书号": None,
            "备注": None,
        }

    def amend(self, cells: Cells) -> Cells:
        """Correct the entry."""
        return cells | {"备注": "更正列入信息"}

    def histories(self, subject: DemoSubject, naming: Naming) -> Iterator[History]:
        """Give an entry with its removal, now and then the removal first, repeated, or without its entry."""
        random = self._random
        if not self._orphans or random.random() < _ORPHANED:  # even the smallest file has one
            self._orphans += 1
            yield [GroundTruthRow(self._removal(self.record(subject, naming)), Fate.HELD)]
        if random.random() >= _REMOVED:
            return
        entry = self.record(subject, naming)
        history = [GroundTruthRow(entry, Fate.NEW), GroundTruthRow(self._removal(entry), Fate.TRANSITION)]
        if random.random() < _EARLY:
            history.reverse()
        elif random.random() < _REPEATED:
            history.append(GroundTruthRow(history[-1].cells, Fate.DUPLICATE))
        yield history

    def _removal(self, entry: Cells) -> Cells:
        removed = date.fromisoformat(str(entry["列入日期"])) + timedelta(days=self._random.randrange(60, 300))
        return entry | {
            "事件类型": "移出",
            "移出日期": removed.isoformat(),
            "移出原因": self._random.choice(_EXITS),
            "移出决定文书号": f"{entry['列入决定文书号']}之移出",
        }

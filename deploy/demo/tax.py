"""Tax credit grades."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from creditbus.deploy.demo.defects import FUTURE, Defects, blank, code_defects, condition, not_a_date, put
from creditbus.deploy.demo.mixing import History, Naming
from creditbus.deploy.demo.subjects import Authority, DemoSubject
from creditbus.deploy.demo.truth import Cells
from creditbus.services.domain.reasons import Reason

__all__ = ["COLUMNS", "DATES", "SURPLUS", "TaxGrades"]

COLUMNS = ("纳税人识别号", "纳税人名称", "评价年度", "信用等级", "评价单位", "评定时间", "有效期始", "有效期止")
DATES = COLUMNS[5:]

SURPLUS = "_surplus"
"""A column that no header has: a row that holds it has one cell too many."""

_LAST_YEAR = 2018
_GRADES = {"A": 20, "B": 45, "C": 20, "D": 15}
_ITEM = "tax-credit-grade"


class TaxGrades:
    """Makes the rows of tax_grades.csv; a subject's first row is about 2018, its next about 2017, and so on."""

    def __init__(self, random: Random, authorities: dict[str, Authority]) -> None:
        self._random = random
        self._authority = authorities["tax"]
        self._years: dict[str, int] = {}
        self.defects: Defects = {
            **code_defects("纳税人识别号"),
            Reason.FORMAT_COLUMN_COUNT: (put(**{SURPLUS: "多出一列"}),),
            Reason.MANDATORY_EMPTY: (blank("纳税人名称"), blank("评价单位"), blank("纳税人识别号")),
            Reason.ENUM_UNKNOWN: (put(信用等级="E"),),
            Reason.DATE_UNPARSABLE: (not_a_date("评定时间"), not_a_date("有效期始")),
            Reason.DATE_FUTURE: (put(评定时间=FUTURE),),
            Reason.PERIOD_INVERTED: (put(有效期止="2009-12-31"),),
            condition(_ITEM, "COND_GRADE_M_BEFORE_2018"): (put(信用等级="M", 评价年度="2014"),),
        }

    def record(self, subject: DemoSubject, naming: Naming) -> Cells:
        """Give the grade of a year that the subject has no grade for yet."""
        year = self._years.get(subject.uscc, _LAST_YEAR)
        self._years[subject.uscc] = year - 1
        rated = date(year + 1, 4, self._random.randrange(1, 29))
        grades = _GRADES | {"M": 10} if year == _LAST_YEAR else _GRADES
        return {
            "纳税人识别号": subject.uscc if naming is Naming.USCC else subject.tax_no,
            "纳税人名称": subject.name,
            "评价年度": str(year),
            "信用等级": self._random.choices(tuple(grades), tuple(grades.values()))[0],
            "评价单位": self._authority.name,
            "评定时间": rated.isoformat(),
            "有效期始": rated.isoformat(),
            "有效期止": (rated + timedelta(days=365)).isoformat(),
        }

    def amend(self, cells: Cells) -> Cells:
        """Grade again after an objection."""
        return cells | {"信用等级": "B" if cells["信用等级"] != "B" else "C"}

    def histories(self, subject: DemoSubject, naming: Naming) -> Iterator[History]:
        """Grades have no events of another kind."""
        del subject, naming
        return iter(())

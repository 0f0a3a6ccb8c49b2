"""The register of enterprises, and the codes by which older records name them."""

from collections.abc import Iterator
from random import Random

from creditbus.deploy.demo.days import day_between
from creditbus.deploy.demo.defects import Defects, code_defects
from creditbus.deploy.demo.mixing import History, Naming
from creditbus.deploy.demo.subjects import DemoSubject
from creditbus.deploy.demo.truth import Cells

__all__ = ["COLUMNS", "DATES", "Registrations"]

COLUMNS = (
    "企业名称",
    "统一社会信用代码",
    "注册日期",
    "企业类型",
    "注册资金",
    "经营范围",
    "所在省份",
    "地区",
    "注册地址",
    "住所所在行政区划",
)
DATES = ("注册日期",)

_SCOPES = (
    "日用百货、五金交电的销售。",
    "软件开发、技术咨询、技术服务。",
    "房屋建筑工程施工。",
    "仓储服务；货物运输代理。",
)


class Registrations:
    """Makes the rows of registration.csv: one of each subject."""

    defects: Defects = code_defects("统一社会信用代码")

    def __init__(self, random: Random) -> None:
        self._random = random

    def record(self, subject: DemoSubject, naming: Naming = Naming.USCC) -> Cells:
        """Give the valid registration of a subject."""
        del naming  # a registration names its subject by the unified social credit code alone
        random = self._random
        return {
            "企业名称": subject.name,
            "统一社会信用代码": subject.uscc,
            "注册日期": day_between(random, 2000, 2016).isoformat(),
            "企业类型": "个体工商户" if subject.individual else None,
            "注册资金": f"{random.randrange(3, 5000)}(万元人民币)",
            "经营范围": random.choice(_SCOPES),
            "所在省份": "湖北",
            "地区": "武汉",
            "注册地址": subject.address,
            "住所所在行政区划": subject.district,
        }

    def amend(self, cells: Cells) -> Cells:
        """Raise the capital."""
        return cells | {"注册资金": "9000(万元人民币)"}

    def histories(self, subject: DemoSubject, naming: Naming) -> Iterator[History]:
        """Registrations have no events of another kind."""
        del subject, naming
        return iter(())

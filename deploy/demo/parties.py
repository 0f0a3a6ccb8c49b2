"""The columns that name the party in the dual-publicity tables (2018): the same ones after XK_ and CF_."""

from itertools import cycle

from creditbus.deploy.demo.defects import Defects, code_defects
from creditbus.deploy.demo.mixing import Naming
from creditbus.deploy.demo.subjects import DemoSubject
from creditbus.deploy.demo.truth import Cells
from creditbus.services.domain.reasons import Reason

__all__ = ["PARTY", "PartyColumns"]

PARTY = (
    "XDR_MC",
    "XDR_LB",
    "XDR_SHXYM",
    "XDR_GSZC",
    "XDR_ZZJG",
    "XDR_SWDJ",
    "XDR_SYDW",
    "XDR_SHZZ",
    "FRDB",
    "FR_ZJLX",
    "FR_ZJHM",
    "XDR_ZJLX",
    "XDR_ZJHM",
)
"""Name, kind, six codes, legal representative with document, document of a natural person."""

_TEST_NUMBER = "11010519491231002X"  # the example that GB 11643-1999 itself prints


class PartyColumns:
    """Fills the party's columns, in the ways in which departments name a party."""

    def __init__(self, prefix: str) -> None:
        """``prefix`` is ``XK`` or ``CF``."""
        self._prefix = prefix
        self._forms = cycle(range(4))

    def of(self, subject: DemoSubject, naming: Naming) -> Cells:
        """Give the party's columns; legacy codes stand in their own column or in that of the credit code."""
        form = next(self._forms)
        cells: Cells = dict.fromkeys(self._all())
        cells |= self._named(
            XDR_MC=subject.name,
            XDR_LB="个体工商户" if subject.individual else "法人及非法人组织",
            FRDB=subject.representative,
        )
        code = subject.organisation_code
        hyphened = f"{code[:8]}-{code[8]}"
        if naming is Naming.USCC:
            cells |= self._named(XDR_SHXYM=subject.uscc)
        elif naming is Naming.ORGANISATION_CODE:
            cells |= (
                self._named(XDR_ZZJG=hyphened),
                self._named(XDR_ZZJG=code),
                self._named(XDR_SHXYM=code),
                self._named(XDR_SHXYM=hyphened),
            )[form]
        else:
            column = "XDR_GSZC" if form % 2 else "XDR_SHXYM"
            cells |= self._named(**{column: subject.registration_no})
        return cells

    def defects(self, other: DemoSubject) -> Defects:
        """Give the defects of these columns; the organisation code of ``other`` conflicts with any row's."""
        prefix = self._prefix
        codes = {f"{prefix}_{name}": None for name in PARTY[2:8]}
        person: Cells = dict.fromkeys(self._all())
        person |= self._named(XDR_MC="示例自然人甲", XDR_LB="自然人", XDR_ZJLX="身份证", XDR_ZJHM=_TEST_NUMBER)
        return {
            **code_defects(f"{prefix}_XDR_SHXYM"),
            Reason.CAT_NATURAL_PERSON: (lambda cells, _: cells | person,),
            Reason.ID_CONFLICT: (lambda cells, _: cells | self._named(XDR_ZZJG=other.organisation_code),),
            Reason.COND_SUBJECT_CODE_MISSING: (
                lambda cells, _: cells | codes | self._named(XDR_LB="法人及非法人组织"),
            ),
        }

    def _all(self) -> tuple[str, ...]:
        return tuple(f"{self._prefix}_{name}" for name in PARTY)

    def _named(self, **cells: str) -> Cells:
        return {f"{self._prefix}_{name}": value for name, value in cells.items()}

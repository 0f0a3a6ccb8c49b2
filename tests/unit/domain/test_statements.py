from __future__ import annotations

from datetime import date

import pytest

from creditbus.services.domain.statements import Declaration, Place, Redrive, first_run, redrive_run


def test_a_correction_s_run_names_the_run_it_corrects_however_often() -> None:
    once = redrive_run("lists-1", "a")
    assert first_run(once) == "lists-1"
    assert first_run(redrive_run(once, "b")) == "lists-1"
    assert first_run("lists-1") == "lists-1"


def test_statements_survive_their_topic() -> None:
    redrive = Redrive("tax-bureau", Place("r", "文件.csv", "", 7), "r~1", "00", 1000, 61_000)
    assert Redrive.decode(redrive.encode()) == redrive
    assert redrive.seconds_to_fix == 60
    declaration = Declaration("court", "judgment-defaulter", date(2018, 1, 1), date(2018, 1, 31), 12, 5)
    assert Declaration.decode(declaration.encode()) == declaration
    assert declaration.key != Declaration("court", "x", date(2018, 1, 1), date(2018, 1, 31), 12, 5).key


@pytest.mark.parametrize("kind", [Redrive, Declaration])
def test_what_is_no_statement_is_told(kind: type[Redrive | Declaration]) -> None:
    with pytest.raises(ValueError, match=f"no {kind.__name__.lower()}"):
        kind.decode(b'{"department": "x"}')

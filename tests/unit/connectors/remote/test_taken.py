"""The position of a remote folder."""

from collections.abc import Mapping

from creditbus.connectors.remote.taken import Taken


def _digest(number: int) -> str:
    return f"{number:024x}"


def _mark(number: int) -> str:
    return f"{number:016x}"


def test_a_position_stays_small_however_many_files_came_and_went() -> None:
    taken = Taken({"taken": "".join(map(_digest, range(50_000))), "marks": "".join(map(_mark, range(50_000)))})
    taken.begin(_digest(50_000), _mark(50_000), frozenset(map(_mark, range(49_990, 50_001))))
    position = taken.after()
    assert isinstance(position, Mapping)
    assert len(str(position["taken"])) == 24 * 4097
    assert len(str(position["marks"])) == 16 * 11


def test_what_is_written_down_is_what_is_known_again() -> None:
    taken = Taken(None)
    taken.begin(_digest(1), _mark(1), frozenset())
    middle, after = taken.at(7), taken.after()
    assert (Taken(middle).current, Taken(middle).mark, Taken(middle).within) == (_digest(1), _mark(1), 7)
    assert not Taken(middle).has_content(_digest(1))
    assert Taken(after).has_content(_digest(1))
    assert Taken(after).has_state(_mark(1))
    taken.finish()
    assert taken.at(None) == after


def test_a_place_in_an_archive_is_kept() -> None:
    taken = Taken(None)
    taken.begin(_digest(1), _mark(1), frozenset())
    within: dict[str, int | str | None] = {"member": "a.csv", "row": 3}
    assert Taken(taken.at(within)).within == within

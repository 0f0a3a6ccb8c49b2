"""A pass over a batch that misses keys of the state: all misses at once, and nothing else of it counts."""

from collections.abc import Callable

import pytest

from creditbus.services.engine.stage.state_view import Misses, MissingKeysError, StateView


def noting(misses: Misses, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 -- as a pass does
        misses.note(error)


def failing(error: Exception) -> Callable[[], object]:
    def work() -> None:
        raise error

    return work


def test_one_pass_names_all_that_it_missed() -> None:
    misses, view = Misses(), StateView({})
    for key in (b"one", b"two", b"one"):
        noting(misses, lambda key=key: view.get(key))  # type: ignore[misc]
    with pytest.raises(MissingKeysError) as raised:
        misses.settle()
    assert raised.value.keys == (b"one", b"two")


def test_what_fails_after_a_miss_is_thrown_away_with_the_pass() -> None:
    misses = Misses()
    noting(misses, failing(MissingKeysError([b"one"])))
    noting(misses, failing(ValueError("half-folded")))
    with pytest.raises(MissingKeysError):
        misses.settle()


def test_what_fails_without_a_miss_is_an_error() -> None:
    with pytest.raises(ValueError, match="real"):
        noting(Misses(), failing(ValueError("real")))

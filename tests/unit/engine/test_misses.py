"""A pass over a batch that misses keys of the state: all misses at once, and nothing else of it counts."""

import pytest

from creditbus.services.engine.state import Misses, MissingKeysError, StateView


def test_one_pass_names_all_that_it_missed() -> None:
    misses, view = Misses(), StateView({})
    for key in (b"one", b"two", b"one"):
        with misses:
            view.get(key)
    with pytest.raises(MissingKeysError) as raised:
        misses.settle()
    assert raised.value.keys == (b"one", b"two")


def test_what_fails_after_a_miss_is_thrown_away_with_the_pass() -> None:
    misses = Misses()
    with misses:
        raise MissingKeysError([b"one"])
    with misses:
        raise ValueError("half-folded")
    with pytest.raises(MissingKeysError):
        misses.settle()


def test_what_fails_without_a_miss_is_an_error() -> None:
    with pytest.raises(ValueError, match="real"), Misses():
        raise ValueError("real")

"""What a broker's error codes mean to a producer."""

from __future__ import annotations

from collections.abc import Collection

from aiokafka.errors import for_code

from creditbus.services.engine.errors import FencedError, ForgottenError

__all__ = ["COORDINATOR_MOVES", "LAST_ONE_ENDS", "must_repeat"]

LAST_ONE_ENDS = 51
"""CONCURRENT_TRANSACTIONS: the broker still writes the markers of the transaction before; nothing was done."""

COORDINATOR_MOVES = frozenset({14, 15, 16})
"""COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR: nothing was done, ask again who it is."""

_FENCED = {47: "INVALID_PRODUCER_EPOCH", 90: "PRODUCER_FENCED"}
_FORGOTTEN = {48: "INVALID_TXN_STATE", 49: "INVALID_PRODUCER_ID_MAPPING", 59: "UNKNOWN_PRODUCER_ID"}


def must_repeat(codes: Collection[int], request: str) -> bool:
    """Judge the error codes of an answer; return whether the same request has to be sent once more.

    Raises:
        FencedError: another owner has the transactional id.
        ForgottenError: the brokers know the producer or its transaction no longer.
        KafkaError: any other error; the transaction is lost.

    """
    wrong = set(codes) - {0, LAST_ONE_ENDS}
    for code in sorted(wrong, key=lambda code: (code not in _FENCED, code not in _FORGOTTEN)):
        if code in _FENCED:
            raise FencedError(f"{request}: {_FENCED[code]}")
        if code in _FORGOTTEN:
            raise ForgottenError(f"{request}: {_FORGOTTEN[code]}")
        raise for_code(code)(f"{request}: error {code}")
    return LAST_ONE_ENDS in codes

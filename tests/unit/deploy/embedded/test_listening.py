from __future__ import annotations

import socket
from pathlib import Path

import psutil
import pytest

from creditbus.deploy.embedded import Cluster, Listening, listening
from creditbus.deploy.embedded.listening import LOCAL
from creditbus.deploy.embedded.plan import HomePlan
from creditbus.topics.errors import ConfigurationError

_EVERYWHERE = "0.0.0.0"  # noqa: S104 -- what an option says
_OWN = [
    one.address
    for of in psutil.net_if_addrs().values()
    for one in of
    if one.family == socket.AF_INET and not one.address.startswith("127.")
]


def test_the_loopback_address_is_this_machine_alone() -> None:
    assert listening("127.0.0.1", None) is LOCAL
    assert not LOCAL.is_open


@pytest.mark.skipif(not _OWN, reason="this machine has only the loopback interface")
def test_an_address_of_this_machine_is_advertised_itself() -> None:
    assert listening(_OWN[0], None) == Listening(_OWN[0], _OWN[0])
    assert listening(_EVERYWHERE, _OWN[0]) == Listening(_EVERYWHERE, _OWN[0])
    assert Listening(_EVERYWHERE, _OWN[0]).local == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "advertise", "said"),
    [
        (
            _EVERYWHERE,
            None,
            "--listen: 0.0.0.0 stands for every interface, and no other machine can call it; give the n",
        ),
        (_EVERYWHERE, _EVERYWHERE, "--advertise: 0.0.0.0 stands for every interface"),
        (_EVERYWHERE, "localhost", "--advertise: localhost is 127.0.0.1: other machines would call themselves; "),
        (_EVERYWHERE, "a b", "--advertise: 'a b' is not a name of a machine or an IPv4 address; "),
        (_EVERYWHERE, "nowhere.invalid", "--advertise: this machine finds no address of nowhere.invalid; "),
        ("127.0.0.1", "bus.example", "--advertise: only this machine reaches 127.0.0.1"),
        ("203.0.113.77", None, "--listen: 203.0.113.77 is not an address of this machine; addresses of this machine: "),
        ("bus.example", None, "--listen: 'bus.example' is not an IPv4 address; addresses of this machine: "),
    ],
)
def test_what_no_other_machine_could_use_is_refused_with_the_fix(
    address: str, advertise: str | None, said: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        listening(address, advertise)
    assert str(caught.value).startswith(said)


def test_an_address_of_the_last_run_that_has_gone_from_the_machine_is_named(tmp_path: Path) -> None:
    plan = HomePlan.load(tmp_path, None)
    plan.listen = plan.advertise = "203.0.113.77"
    plan.save(tmp_path)
    with pytest.raises(ConfigurationError, match=r"^--listen: 203\.0\.113\.77 is not an address of this machine; "):
        Cluster(tmp_path).start()

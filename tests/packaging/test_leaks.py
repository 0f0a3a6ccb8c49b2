"""Nothing in the tree names the machine it was written on, a secret, or a real subject."""

import csv
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.services.domain.identifiers import citizen_id

_HOSTS = {
    # Names that standards and formats bring with them, and those that are nobody's.
    "127.0.0.1",
    "example.com",
    "example.org",
    "maven.apache.org",
    "json-schema.org",
    "www.apache.org",
    "www.w3.org",
}
_URL = re.compile(r"\b(?:https?|ftp|git|ssh)://(?:[^/\s@]*@)?([A-Za-z0-9.\-]+)")
_SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\b(?:ghp|gho|ghs|glpat|xox[abp])[-_][0-9A-Za-z]{20,}\b"),
    re.compile(r"://[^/\s:@{}]+:[^/\s@{}]+@"),
)
_HOME = re.compile(r"(?<![\w.])/(?:root|home/[a-z]\w*|Users/\w+|work/\w+)(?:/|\b)")
_CITIZEN = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9X](?![0-9A-Za-z])")
_PRINTED_IN_THE_STANDARD = {"11010519491231002X", "440524188001010014"}
_NO_REGION = "99"
"""No citizen's number begins so: it is the beginning of the divisions that examples use."""
_USCC = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{18}(?![0-9A-Za-z])")


@pytest.fixture(scope="module")
def texts(root: Path) -> dict[str, str]:
    """Every text file of the tree that is or may be committed, by path; not this one, which names what it seeks."""
    return {name: text for name, text in _texts(root) if not name.endswith(Path(__file__).name)}


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listing, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0"):
        path = root / name
        if name and path.is_file():
            try:
                yield name, path.read_text("utf-8")
            except UnicodeDecodeError:
                continue


def test_no_path_of_a_machine(root: Path, texts: dict[str, str]) -> None:
    own = {str(root), str(Path.home())} - {"/"}
    found = [name for name, text in texts.items() if _HOME.search(text) or any(path in text for path in own)]
    assert found == []


def test_no_host_but_those_of_standards(texts: dict[str, str]) -> None:
    own = socket.gethostname()
    hosts = ((name, host) for name, text in texts.items() for host in _URL.findall(text))
    named = {(name, host) for name, host in hosts if "." in host and host not in _HOSTS}
    named |= {(name, own) for name, text in texts.items() if len(own) > len("localhost") and own in text}
    assert named == set()


def test_no_secret(texts: dict[str, str]) -> None:
    assert [name for name, text in texts.items() if any(secret.search(text) for secret in _SECRETS)] == []


def test_no_citizen_but_those_of_the_standard(texts: dict[str, str]) -> None:
    found = {
        name
        for name, text in texts.items()
        for number in _CITIZEN.findall(text)
        if number not in _PRINTED_IN_THE_STANDARD
        and not number.startswith(_NO_REGION)
        and citizen_id.fault(number) is None
    }
    assert found == set()


def test_no_row_of_the_shared_data(texts: dict[str, str], shared_data: Path) -> None:
    with (shared_data / "registration.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = {row["统一社会信用代码"].strip() for row in rows}
    names = [name for row in rows if len(name := row["企业名称"].strip()) > len("某某有限公司")]
    copied = {name for name, text in texts.items() if codes & set(_USCC.findall(text))}
    copied |= {name for name, text in texts.items() if any(subject in text for subject in names)}
    assert copied == set()

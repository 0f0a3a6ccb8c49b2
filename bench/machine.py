"""What a result was measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil
from fastavro import schemaless_reader

__all__ = ["machine"]

_LIBRARIES = ("aiokafka", "fastavro", "faust-streaming", "redis", "orjson")


def machine() -> dict[str, object]:
    """Processor, memory, versions, and how busy the machine was with other things."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / (1 << 30)),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "fastavro_compiled": not schemaless_reader.__module__.endswith("_py"),
        "load_average": [round(value, 1) for value in os.getloadavg()],
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()

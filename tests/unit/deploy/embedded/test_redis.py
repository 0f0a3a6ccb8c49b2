"""How the local Redis is started."""

import subprocess
from pathlib import Path

from creditbus.deploy.embedded.programs import Programs
from creditbus.deploy.embedded.redis import RedisServer


def test_it_keeps_what_a_batch_freed_for_the_next_one(tmp_path: Path) -> None:
    """The server itself cannot be asked: it writes its title over its environment."""
    program = tmp_path / "redis-server"
    program.write_text('#!/bin/sh\necho "$GLIBC_TUNABLES" "$1"\n')
    program.chmod(0o700)
    server = RedisServer("redis", tmp_path)
    command = server.command(Programs(java=program, redis_server=program, kafka=program, registry=program))
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == f"glibc.malloc.tcache_count=8000 {tmp_path / 'config' / 'redis.conf'}\n"

"""The Redis that is started here."""

import psutil
import redis


def test_it_keeps_what_a_batch_freed_for_the_next_one(client: redis.Redis) -> None:
    server = psutil.Process(client.info("server")["process_id"])
    assert server.environ()["GLIBC_TUNABLES"] == "glibc.malloc.tcache_count=8000"

"""Runs a connector: what is new or changed in its source is published, whoever was killed before."""

import time
from dataclasses import replace
from pathlib import Path

from creditbus.connectors.contract import Remarking, Returning
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.publish.progress import Progress
from creditbus.connectors.publish.publisher import Publisher
from creditbus.connectors.returned.refusals import mark_refused
from creditbus.connectors.run.active_run import ActiveRun, settle
from creditbus.connectors.run.notices import Notices
from creditbus.connectors.run.remembering import begun, has_lost_keys, remembering
from creditbus.connectors.run.reporter import Reporter, SilentReporter
from creditbus.connectors.run.run_id import new_run
from creditbus.connectors.run.summary import RunSummary, summary_of
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.connectors.withdraw.proposals import proposals
from creditbus.services.domain.city_time import city_day
from creditbus.topics.connection import Connection
from creditbus.topics.registry import SchemaRegistry

__all__ = ["mark_decided", "run_connector"]


def run_connector(
    connector: Connector | Path,
    connection: Connection,
    *,
    progress: Reporter | None = None,
    resend: bool = False,
    accept_columns: bool = False,
) -> RunSummary:
    """Publish what a source holds and earlier runs have not published.

    Kill it anywhere: running it again loses nothing and sends nothing twice. A source that was published as a whole and
    has not changed is left alone; one that has changed is published whole again, for the bus drops what it knows.

    Args:
        connector: A connector, or the file of its configuration.
        connection: Where the bus is.
        progress: Is called with the number of committed rows.
        resend: Publish the whole source once more, whatever was published.
        accept_columns: Publish although columns are gone that the last complete run had, or mandatory ones are missing.

    Raises:
        UserError: configuration, source, registry or broker; the message says which and what to do.
    """
    if isinstance(connector, Path):
        connector = load_connector(connector)
    started = time.monotonic()
    source = connector.open()
    version = source.version()
    encoder = Encoder(connector.item.id, SchemaRegistry(connection.registry_url))
    with Publisher(connection.bootstrap_servers, connector.id, connector.topic) as publisher:
        last = publisher.fence()
        again = resend or has_lost_keys(connector, connection, source)
        state = _begin(connector.id, version, last, resend=again)
        before = state.totals
        comparison, marked = None, 0
        notices = Notices(connector.mapper, frozenset(state.columns), accepted=accept_columns)
        if not state.complete:
            # Mark refusals before publishing. They belong to rows that were sent earlier: once this run has sent a row
            # again that its department has set back to new, an old refusal must not be applied to it.
            settle(source, state)
            marked = mark_refused(connector, connection, source)
            reporter = progress or SilentReporter()
            reporter.start(connector.id, source.size(), before.rows)
            try:
                with remembering(connector, connection, state, source) as memory:
                    noted = None
                    if memory is not None:
                        state, noted = begun(memory, connector, state, last, source, resend=resend)
                    run = ActiveRun(connector, connection, source, encoder, publisher, reporter, memory, noted, notices)
                    state = run.publish(state)
                    comparison = noted.complete() if noted and state.complete else None
            finally:
                reporter.finish()
    marked += mark_refused(connector, connection, source)
    remarks = tuple(source.remarks()) if isinstance(source, Remarking) else ()
    if connector.vanished == "never":
        comparison = None
    if comparison is not None:
        missed = proposals(connector, connection, city_day(int(time.time() * 1000)))
        comparison = replace(comparison, vanished=len(missed))
    return replace(
        summary_of(state, before, notices, time.monotonic() - started),
        remarks=remarks,
        marked=marked,
        tells=connector.tells,
        comparison=comparison,
    )


def mark_decided(connector: Connector, connection: Connection) -> int:
    """Mark what was refused since the last run; return how many rows. Shuts out a run that is under way, as a run does.

    Next to such a run a refusal could be met before its row is settled, and would never be marked then.

    Raises:
        UserError: source, registry or broker.
    """
    source = connector.open()
    if not isinstance(source, Returning) or not source.takes_refusals():
        return 0
    with Publisher(connection.bootstrap_servers, connector.id, connector.topic) as publisher:
        last = publisher.fence()
        if last is not None:
            settle(source, last)
        return mark_refused(connector, connection, source)


def _begin(connector: str, version: str, last: Progress | None, *, resend: bool) -> Progress:
    """Choose between going on where the last process stopped and beginning again."""
    columns = () if last is None else last.columns
    fresh = Progress(connector, new_run(connector), version, columns=columns)
    if last is None or resend or last.version != version:
        return fresh
    return last if version else replace(fresh, position=last.position)

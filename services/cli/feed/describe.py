"""`creditbus feed describe`: the AsyncAPI description of a feed, for tools and for whoever writes a reader."""

from __future__ import annotations

import sys
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
import yaml

from creditbus.services.cli.configured import Json, known_subscriber, subscribers
from creditbus.services.cli.console import print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import language
from creditbus.topics.text import Language, in_language

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("describe")(describe)


def describe(subscriber: Annotated[str, typer.Argument(autocompletion=subscribers)], json: Json = False) -> None:
    """Print the AsyncAPI 3.0 description of a feed as YAML: topics, keys, and the Avro schemas that its grant gives."""
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.domain.catalogue import Catalogue
    from creditbus.services.subscriber.asyncapi import FeedPlace, describe_feed
    from creditbus.topics.city import current_city
    from creditbus.topics.declarations import declarations

    connection = connected()
    declared = declarations()
    place = FeedPlace(
        brokers=connection.bootstrap_servers.split(","),
        registry_url=_shown(connection.registry_url),
        topics=declared.topics,
        version=current_city().version,
    )
    found = describe_feed(declared.subscribers[known_subscriber(subscriber)], Catalogue.parse(raw_catalogue()), place)
    if json:
        print_json(_plain(found, "en"))
        return
    sys.stdout.write(yaml.safe_dump(_plain(found, language()), allow_unicode=True, sort_keys=False, width=110))


def _plain(value: Any, wanted: Language) -> Any:
    """Return a document without texts in two languages, and without references from one place to another."""
    match value:
        case dict():
            return {key: _plain(one, wanted) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one, wanted) for one in value]
        case str():
            return str(in_language(value, wanted))
    return value


def _shown(url: str) -> str:
    """Return an address without user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()

"""Profiles as lines for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len

from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import profile as messages
from creditbus.services.cli.messages.catalogue import NOT_VERIFIED
from creditbus.services.cli.messages.trace import DENIED
from creditbus.services.cli.moments import exact_moment_text
from creditbus.services.cli.words import caution, word
from creditbus.services.domain.catalogue.fields import Disclosure

__all__ = ["disclosed_lines", "objection_text", "past_lines", "profile_lines"]

_STATE_WIDTH = 9


def disclosed_lines(view: dict[str, Any]) -> list[str]:
    """Return a subject as a grant discloses it, as lines for a person."""
    lines = [
        f"{view['subject']}  {view['name'] or spoken(messages.NOT_REGISTERED)}",
        f"  {spoken(messages.AS_DISCLOSED, subscriber=view['subscriber'], on=view['on'])}",
    ]
    for record in view["records"]:
        lines.append(_title_line(record))
        lines += [f"            {name} {value}" for part in ("act", "content") for name, value in record[part].items()]
    for record in view["hidden"]:
        why, granted = record["why"], record["granted"]
        said = DENIED[why](granted=word(granted) if why == "value" else granted)
        lines += [_title_line(record), f"            {spoken(said)}"]
    return lines


def past_lines(profile: dict[str, Any]) -> list[str]:
    """Return a profile at another time as lines for a person."""
    name = messages.NOT_KEPT if profile["name"] is None else messages.NOT_REGISTERED
    district = profile["district"] or spoken(messages.UNKNOWN)
    times = [
        spoken(message, moment=exact_moment_text(profile[key]))
        for key, message in (("as_of", messages.AS_OF), ("as_known_at", messages.AS_KNOWN_AT))
        if profile[key] is not None
    ]
    lines = [
        f"{profile['subject']}  {profile['name'] or spoken(name)}",
        f"  {word(profile['kind'])}  {spoken(messages.DISTRICT)} {district}",
        "  " + "  ".join(times),
    ]
    lines += [_link_line(which, link) for which in ("predecessors", "successors") for link in profile[which]]
    for record in profile["records"]:
        known = spoken(messages.KNOWN_SINCE, moment=exact_moment_text(record["known_since"]))
        lines += _record_lines(record, [*_term(record), known])
    for record in profile["not_in_force"]:
        said = messages.NOT_IN_FORCE[record["why"]](on=record["on"] or spoken(messages.UNKNOWN))
        lines += [_title_line(record), f"            {spoken(said)}"]
    for record in profile["not_kept"]:
        kept = spoken(messages.KEPT_SINCE, moment=exact_moment_text(record["kept_since"]))
        lines += [_title_line(record), f"            {kept}"]
    return lines


def _term(record: dict[str, Any]) -> list[str]:
    term = record.get("in_force")
    if term is None:
        return []
    begins = term["from"] or spoken(messages.NOT_STATED)
    message = messages.IN_FORCE if term["to"] else messages.IN_FORCE_SINCE
    return [spoken(message, begins=begins, ends=term["to"])]


def _title_line(record: dict[str, Any]) -> str:
    return f"  {_padded(word(record['state']))} {record['item']}  {record['document_no']}  {record['authority_name']}"


def profile_lines(profile: dict[str, Any]) -> list[str]:
    """Return a profile as lines for a person."""
    waiting = [f"{profile[name]} {word(name)}" for name in ("parked", "held") if profile[name]]
    district = profile["district"] or spoken(messages.UNKNOWN)
    head = [
        f"{profile['subject']}  {profile['name'] or spoken(messages.NOT_REGISTERED)}",
        f"  {word(profile['kind'])}  {spoken(messages.DISTRICT)} {district}  "
        f"{spoken(messages.VERSION)} {profile['version']}" + "".join(f"  {count}" for count in waiting),
    ]
    links = [_link_line(which, link) for which in ("predecessors", "successors") for link in profile[which]]
    return head + links + [line for record in profile["records"] for line in _record_lines(record)]


def _link_line(which: str, link: dict[str, Any]) -> str:
    side = spoken(messages.PREDECESSOR) if which == "predecessors" else spoken(messages.SUCCESSOR)
    since = spoken(messages.SINCE, since=link["since"])
    return f"  {side} {link['subject']}  {link['name']}  {link['kind']} {since}  {link['notice']}"


def _record_lines(record: dict[str, Any], more: Sequence[str] = ()) -> list[str]:
    act = record["act"]
    details = [f"{word(name)} {act[name]}" for name in ("decided_on", "effective_to") if name in act]
    if record["last_act"]:
        details.append(spoken(messages.THEN) + " ".join(word(str(value)) for value in record["last_act"].values()))
    revision = [spoken(messages.REVISION, revision=record["revision"])] if record["revision"] > 1 else []
    class_ = record["disclosure"]
    whole = [] if class_ == Disclosure.PUBLIC else [spoken(messages.WITHHELD_BELOW, disclosure=word(class_))]
    objection, published = record.get("objection"), record.get("publication")
    if published and published["until"] is None and not published["ended"]:
        whole = [*whole, spoken(messages.PUBLISHED_WITHOUT_END)]
        published = None
    # a statement may have lines of its own
    said = " ".join((record["statement"] or "").split())
    return [
        _title_line(record),
        "            " + "  ".join([*details, *revision, *whole, *map(caution, record["cautions"]), *more]),
        *(["            " + _publication_text(published, class_)] if published else []),
        *(["            " + objection_text(objection)] if objection else []),
        *(["            " + spoken(messages.STATEMENT, said=said)] if said else []),
    ]


def _publication_text(published: dict[str, Any], class_: str) -> str:
    """Return until when a record is published, and by which rule, for a person."""
    last, rule, kind = published["until"], published["rule"], published["class"]
    if last is None:
        return spoken(messages.PUBLICATION_ENDED)
    if published["ended"]:
        said = messages.PUBLICATION_ENDED_ON(last=last)
    elif published["overdue"]:
        said = messages.PUBLICATION_OVERDUE(last=last)
    elif class_ == Disclosure.PUBLIC:
        said = messages.PUBLISHED_UNTIL(last=last)
    else:
        said = messages.SHOWN_UNTIL(last=last)
    by = messages.BY_RULE(rule=rule, kind=kind) if rule else messages.AS_STATED()
    return spoken(said) + spoken(by) + ("" if published["verified"] else spoken(NOT_VERIFIED))


def objection_text(objection: dict[str, Any]) -> str:
    """Return since when an objection is open, and when it is due, for a person."""
    since, due, year = objection["since"], objection["due"], objection["year_without_working_days"]
    if since is None:
        return spoken(messages.OBJECTION_WITHOUT_DAY)
    if year is not None:
        return spoken(messages.OBJECTION_UNCOVERED, since=since, year=year)
    if due is None:
        return spoken(messages.OBJECTION_WITHOUT_RULE, since=since)
    return spoken(messages.OBJECTION_OVERDUE if objection["overdue"] else messages.OBJECTION, since=since, due=due)


def _padded(text: str) -> str:
    """Fill a state to the width of the longest; a Chinese character is two columns wide."""
    return text + " " * (_STATE_WIDTH - cell_len(text))

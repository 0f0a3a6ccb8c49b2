"""Which manifests of a feed are to be believed, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from creditbus.services.domain.evidence.findings import FeedFault, Finding
from creditbus.services.domain.evidence.manifest import Manifest, ManifestFault, read_manifest
from creditbus.services.domain.evidence.note import NoteFault, PublicKey, Verify, open_note, signers

__all__ = ["trusted_manifests"]

_FAULTS: Final = {
    NoteFault.MALFORMED: FeedFault.MANIFEST_FORGED,
    NoteFault.BAD_SIGNATURE: FeedFault.MANIFEST_FORGED,
    NoteFault.OTHER_SIGNER: FeedFault.MANIFEST_OTHER_SIGNER,
}


def trusted_manifests(
    feed: str, documents: Iterable[bytes], trusted: Sequence[tuple[PublicKey, Verify]]
) -> tuple[list[Manifest], list[Finding]]:
    """Return the manifests of a feed that are to be believed, in order, and what is wrong with the others.

    Args:
        feed: the feed's topic.
        documents: values of the records on its manifests' topic, in their order.
        trusted: the keys whose signatures are believed.

    """
    believed: list[Manifest] = []
    found: list[Finding] = []
    doubted: set[int] = set()
    for document in documents:
        last = believed[-1].number if believed else 0
        manifest = read_manifest(document)
        if isinstance(manifest, ManifestFault):
            # what number it says is not to be believed either: it stands for the next one
            number = max({last, *doubted}) + 1
            unreadable = manifest is ManifestFault.UNREADABLE
            fault = FeedFault.MANIFEST_UNREADABLE if unreadable else FeedFault.MANIFEST_FORGED
            found.append(Finding(fault, number, number))
            doubted.add(number)
            continue
        number = manifest.number
        opened = open_note(manifest.note, trusted)
        if isinstance(opened, NoteFault) or manifest.feed != feed:
            fault = _FAULTS[opened] if isinstance(opened, NoteFault) else FeedFault.MANIFEST_FORGED
            found.append(Finding(fault, number, number, signer=", ".join(signers(manifest.note))))
            doubted.add(number)
        elif number <= last:
            found.append(Finding(FeedFault.MANIFEST_REPEATED, number, number))
        else:
            missing = [one for one in range(last + 1, number) if one not in doubted]
            if missing:
                found.append(Finding(FeedFault.MANIFEST_MISSING, missing[0], missing[-1]))
            found += _between(believed[-1] if believed else None, manifest)
            believed.append(manifest)
    return believed, found


def _between(before: Manifest | None, manifest: Manifest) -> list[Finding]:
    """Say where a manifest does not go on from the one before it."""
    if before is None or before.number + 1 != manifest.number:
        return []
    found = []
    if manifest.previous != before.digest:
        found.append(Finding(FeedFault.MANIFEST_FORGED, before.number, before.number))
    ended = {span.partition: span.last for span in before.spans}
    found += [
        Finding(FeedFault.UNSIGNED, ended[span.partition] + 1, span.first - 1, span.partition, manifest.number)
        for span in manifest.spans
        if span.first > ended.get(span.partition, 0) + 1 and span.partition in ended
    ]
    return found

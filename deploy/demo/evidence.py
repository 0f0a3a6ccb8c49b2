"""Evidence in the demonstration: a manifest of one feed is signed, and the feed is held against it."""

from typing import Final

from rich.console import Console
from rich.style import Style

from creditbus.deploy import messages
from creditbus.deploy.demo.commands import Commands
from creditbus.services.cli.language import spoken

__all__ = ["signed_and_verified"]

_SIGNER: Final = "demonstration.example"


def signed_and_verified(commands: Commands, subscriber: str, console: Console) -> bool:
    """Make a key, sign what a feed holds, verify the feed, and say in one line what was found.

    Args:
        commands: of a bus whose home has no signing key yet.
        subscriber: whose feed it is.
        console: where the line goes.

    Returns:
        Whether nothing is wrong and the manifest's records were all there to be held against it. A feed without
        records has no manifest, which is right, too.

    Raises:
        UnavailableError: a command failed.
    """
    commands.facts("feed", "keys", "--create", _SIGNER)
    manifest = commands.facts("feed", "manifest", subscriber)
    if manifest is None:
        console.print("\n" + spoken(messages.NOTHING_TO_SIGN(subscriber=subscriber)), markup=False, soft_wrap=True)
        return True
    found = commands.facts("feed", "verify", subscriber)
    verified = not found["findings"] and found["checked"] == [manifest["number"]]
    facts = {"feed": manifest["feed"], "number": manifest["number"], "signer": _SIGNER}
    if verified:
        console.print("\n" + spoken(messages.VERIFIED(**facts, count=found["records"])), markup=False, soft_wrap=True)
    else:
        line = spoken(messages.NOT_VERIFIED(**facts, faults=len(found["findings"])))
        console.print("\n" + line, markup=False, soft_wrap=True, style=Style(color="red", bold=True))
    return verified

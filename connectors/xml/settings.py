"""Settings of the kind xml."""

from typing import Literal

from pydantic import Field

from creditbus.connectors.files.settings import FileSettings, ReadingSettings

__all__ = ["XmlOptions", "XmlSettings"]


class XmlOptions(ReadingSettings):
    """How XML is read."""

    record: str | None = Field(
        default=None,
        description="Name of the element that is one row; null takes the first that holds texts and is not a header.",
    )
    header: tuple[str, ...] = Field(
        default=("Header", "header", "head"),
        description="Elements whose texts go with every row after them, as columns such as Header/operator.",
    )
    names: Literal["as-is", "upper"] = Field(
        default="as-is", description="upper: brings names of elements to upper case, for messages that write xk_wsh."
    )


class XmlSettings(FileSettings, XmlOptions):
    """Repeated elements of an XML file."""

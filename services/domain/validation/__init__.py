"""Decides whether an event may enter, and says everything that is wrong with one that may not.

`compile_item` turns a catalogue item into a `Validator` once; `Validator.examine` then runs for every event.
"""

from creditbus.services.domain.validation.outcome import Admitted, Finding, Refused
from creditbus.services.domain.validation.subject import person_identifier
from creditbus.services.domain.validation.validator import Validator, compile_item

__all__ = ["Admitted", "Finding", "Refused", "Validator", "compile_item", "person_identifier"]

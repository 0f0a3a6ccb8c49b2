"""Settings of the engine: what may be changed, and what is refused before a worker starts."""

import pytest

from creditbus.services.engine.settings import TUNABLE, EngineSettings, tuned
from creditbus.topics.errors import ConfigurationError


def test_a_setting_takes_its_own_type_and_the_last_word_counts() -> None:
    settings = tuned(EngineSettings(), ["batch_records=100", "idle_seconds=2", "batch_records= 200"])
    assert (settings.batch_records, settings.idle_seconds) == (200, 2.0)
    assert settings.queue_records == EngineSettings().queue_records


@pytest.mark.parametrize("name", TUNABLE)
def test_every_setting_can_be_set(name: str) -> None:
    default = getattr(EngineSettings(), name)
    assert getattr(tuned(EngineSettings(), [f"{name}={default}"]), name) == default


@pytest.mark.parametrize(
    ("assignment", "complaint"),
    [
        ("batch_record=3", "--set batch_record: is not a setting; did you mean batch_records?"),
        ("bootstrap_servers=x:1", "--set bootstrap_servers: is not a setting; known here: batch_records, "),
        ("batch_records", "--set batch_records: needs a whole number above 0, not ''; such as batch_records=4000"),
        ("batch_records=2.5", "--set batch_records: needs a whole number above 0, not '2.5'"),
        ("pause_seconds=-1", "--set pause_seconds: needs a number above 0, not '-1'"),
        ("pause_seconds=nan", "--set pause_seconds: needs a number above 0, not 'nan'"),
        ("batch_records=20000", "--set: batch_records (20000) must not be more than queue_records (12000)"),
        ("watchdog_seconds=15", "--set: watchdog_seconds (15.0) must be less than transaction_timeout_seconds (15.0)"),
        ("heartbeat_seconds=9", "--set: heartbeat_seconds (9.0) must be less than session_timeout_seconds (6.0)"),
    ],
)
def test_what_cannot_be_is_named_with_its_fix(assignment: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        tuned(EngineSettings(), [assignment])
    assert complaint in str(raised.value)

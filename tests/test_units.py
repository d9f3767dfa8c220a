"""Times as they are shown: however they are rounded, no part of one reads 60."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import voiceguide
from voiceguide.batch.naming import length_name
from voiceguide.export.lrc import lrc_time
from voiceguide.units import clock, timestamp

SECONDS = st.floats(0.0, 50_000.0) | st.builds(
    lambda minutes, less: minutes * 60 - less, st.integers(1, 800), st.floats(0.0, 1.0)
)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0, "0:00.0"), (179.949, "2:59.9"), (179.951, "3:00.0"), (179.99999, "3:00.0"), (3599.96, "60:00.0")],
)
def test_what_is_rounded_up_to_a_minute_is_the_next_minute(seconds: float, shown: str) -> None:
    assert clock(seconds, 1) == shown


def test_every_kind_of_time() -> None:
    assert (clock(590.4), clock(59.5), clock(590.25, 2)) == ("9:50", "1:00", "9:50.25")
    assert (timestamp(3599.9996), timestamp(3723.5, ",")) == ("01:00:00.000", "01:02:03,500")
    assert (lrc_time(59.996), lrc_time(6000.0), lrc_time(5.25)) == ("01:00.00", "100:00.00", "00:05.25")
    assert (length_name(599.9999999), length_name(59.9999999), length_name(3900.0)) == ("10m", "1m", "1h5m")
    assert (length_name(570.0), length_name(30.5), length_name(3599.99999)) == ("9m30s", "30.5s", "1h")


@given(SECONDS, st.integers(0, 3))
def test_a_time_reads_back_as_it_was(seconds: float, decimals: int) -> None:
    minutes, rest = clock(seconds, decimals).split(":")
    assert re.fullmatch(rf"[0-5]\d\.\d{{{decimals}}}" if decimals else r"[0-5]\d", rest)
    assert abs(60 * int(minutes) + float(rest) - seconds) <= 0.500001 / 10**decimals
    hours, minutes, rest = timestamp(seconds).split(":")
    assert re.fullmatch(r"[0-5]\d", minutes)
    assert re.fullmatch(r"[0-5]\d\.\d{3}", rest)
    assert abs(3600 * int(hours) + 60 * int(minutes) + float(rest) - seconds) <= 0.000501
    assert "60" not in re.split("[hms]", length_name(seconds))


def test_no_other_place_splits_seconds_into_minutes() -> None:
    splits = re.compile(r"divmod\(.*60|%\s*60(?:\.0)?\b")
    package = Path(voiceguide.__path__[0])
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if any(splits.search(line) for line in path.read_text("utf-8").splitlines())
    }
    assert found == {"units.py", "batch/naming.py"}

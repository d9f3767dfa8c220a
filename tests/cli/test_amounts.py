"""The amounts that people write after an action of `ctl`, after `--volume` and in `config.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide import session
from voiceguide.cli.amounts import answer_lines, request_of
from voiceguide.cli.main import main
from voiceguide.config import resolve
from voiceguide.errors import DataError, RequestError, SettingError
from voiceguide.model.player_settings import PlayerSettings
from voiceguide.model.volume import VolumeWish, parse_volume
from voiceguide.planning.presets import parse_level_db, parse_seconds

if TYPE_CHECKING:
    from pathlib import Path

SHARES = [
    ("0.5", 0.5),
    ("50", 0.5),
    ("50%", 0.5),
    ("50 %", 0.5),
    ("50.0%", 0.5),
    ("0,5", 0.5),
    (".5", 0.5),
    ("12.5%", 0.125),
    ("10", 0.1),
    ("0", 0.0),
    ("0%", 0.0),
    ("1", 1.0),
    ("1.0", 1.0),
    ("1%", 0.01),
    ("5%", 0.05),
    ("100", 1.0),
    ("100%", 1.0),
    (" 75% ", 0.75),
]
CHANGES = [
    ("+10%", 0.1),
    ("-10%", -0.1),
    ("+0.1", 0.1),
    ("-0.1", -0.1),
    ("-.1", -0.1),
    ("+10", 0.1),
    ("-5", -0.05),
    ("+ 10 %", 0.1),
    ("\N{MINUS SIGN}10%", -0.1),
    ("+1", 1.0),
    ("+100%", 1.0),
]
REFUSED = ["150", "150%", "101", "100.1%", "1.5", "3", "9.9", "+150%", "-101", "+200"]
NONSENSE = ["", "loud", "50%%", "%", "+", "--10%", "nan", "inf", "1e5", "5O%", "0x10", "50 percent", "1.2.3", "\x1b[2J"]


@pytest.mark.parametrize(("written", "share"), SHARES)
def test_a_volume_is_a_share_or_a_percentage(written: str, share: float, tmp_path: Path) -> None:
    """`ctl`, the Python API and `config.toml` read it alike."""
    assert parse_volume(written) == VolumeWish(share, is_change=False)
    assert request_of("volume", written) == ("volume", share)
    assert session.played(PlayerSettings(volume=0.3), volume=written).volume == share
    assert configured(tmp_path, f'"{written}"').volume == share


@pytest.mark.parametrize(("written", "share"), CHANGES)
def test_with_a_sign_it_is_a_change(written: str, share: float) -> None:
    assert parse_volume(written) == VolumeWish(share, is_change=True)
    assert request_of("volume", written) == ("louder", share)
    before = 0.0 if share > 0 else 1.0
    assert session.played(PlayerSettings(volume=before), volume=written).volume == pytest.approx(before + share)


@pytest.mark.parametrize("written", [*REFUSED, *NONSENSE])
def test_what_is_more_than_there_is_or_no_volume_is_refused_with_what_to_write(written: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"write |0\.5 or 50%") as refused:
        request_of("volume", written)
    assert str(refused.value).isprintable()
    with pytest.raises(SettingError) as refused_option:
        session.played(PlayerSettings(), volume=written)
    assert refused_option.value.lines_naming(lambda name: f"--{name}")[0].startswith("--volume")
    if written.isprintable():
        with pytest.raises(DataError, match="volume"):
            configured(tmp_path, f'"{written}"')


def configured(folder: Path, written: str) -> PlayerSettings:
    import os

    path = folder / "config.toml"
    path.write_text(f"[player]\nvolume = {written}\n", encoding="utf-8")
    os.environ["VOICEGUIDE_CONFIG"] = str(path)
    try:
        return resolve({}).playing
    finally:
        del os.environ["VOICEGUIDE_CONFIG"]


def test_in_the_configuration_numbers_need_no_quotes_and_a_change_has_nothing_to_change(tmp_path: Path) -> None:
    for written, share in (("0.5", 0.5), ("50", 0.5), ("1", 1.0), ("1.0", 1.0), ("0", 0.0), ("12.5", 0.125)):
        assert configured(tmp_path, written).volume == share
    for written in ("2", "1.5", "101", "-0.1", "true", '"+10%"', "inf", "nan", "1e300", "[0.5]"):
        with pytest.raises(DataError, match="volume"):
            configured(tmp_path, written)


@pytest.mark.parametrize(("change", "before"), [("+50%", 0.8), ("-0.5", 0.3)])
def test_a_change_at_the_start_that_leads_beyond_is_refused(change: str, before: float) -> None:
    with pytest.raises(SettingError, match=r"from 0 to 100 %"):
        session.played(PlayerSettings(volume=before), volume=change)


@given(st.text(max_size=12) | st.from_regex(r"[+-]?[0-9.,]{0,12} ?%?", fullmatch=True))
def test_whatever_is_written_is_a_volume_within_bounds_or_refused_in_words(written: str) -> None:
    try:
        wish = parse_volume(written)
    except RequestError as error:
        assert str(error).isprintable()  # noqa: PT017 -- the other outcome is checked below
        return
    assert -1.0 <= wish.amount <= 1.0
    assert wish.is_change or wish.amount >= 0.0


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("10", 10),
        ("-10", -10),
        ("+10", 10),
        ("1:30", 90),
        ("-1:30", -90),
        ("+1:30", 90),
        ("2.5", 2.5),
        ("2,5", 2.5),
        ("30s", 30),
        ("-30s", -30),
        ("1m", 60),
        ("1m30s", 90),
        ("\N{MINUS SIGN}10", -10),
        ("1:02:03", 3723),
    ],
)
def test_a_jump_is_by_seconds_or_by_a_time_of_the_clock(written: str, seconds: float) -> None:
    assert request_of("seek", written) == ("seek", seconds)
    if seconds > 0 and not written.startswith("+"):
        assert request_of("position", written) == ("position", seconds)


@pytest.mark.parametrize(
    ("action", "written", "said"),
    [
        ("seek", None, "by how much"),
        ("seek", "far", "not a time"),
        ("seek", "--10", "not a time"),
        ("seek", "1:75", "not a time"),
        ("position", None, "which time"),
        ("position", "-10", "counts from the start"),
        ("position", "+10", "counts from the start"),
        ("volume", None, "which volume"),
        ("pause", "5", "takes no amount"),
        ("status", "5", "takes no amount"),
        ("next", "2", "takes no amount"),
    ],
)
def test_an_amount_that_is_missing_or_too_much_is_asked_back(action: str, written: str | None, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        request_of(action, written)


@pytest.mark.parametrize("action", ["louder", "quieter"])
def test_louder_and_quieter_go_by_a_step(action: str) -> None:
    assert request_of(action, None) == (action, 0.1)
    for written in ("20%", "20", "0.2", "0,2", "+20%"):
        assert request_of(action, written) == (action, 0.2)
    assert request_of(action, "-20%") == (action, -0.2)
    assert request_of(action, "5") == (action, 0.05)
    with pytest.raises(RequestError):
        request_of(action, "200%")


def test_what_ctl_says_afterwards() -> None:
    status = {"volume": 1.0, "message": "100 % is as loud as it goes"}
    assert list(answer_lines("louder", status)) == ["volume 100 %", "100 % is as loud as it goes"]
    assert list(answer_lines("pause", {**status, "message": ""})) == []
    message = "no hold \x1b[2Jis going on"
    assert list(answer_lines("breath", {**status, "message": message})) == [r"no hold \x1b[2Jis going on"]


@pytest.mark.parametrize(("amount", "code"), [("-10", 1), ("-10%", 1), ("-0.5", 1), ("--nonsense", 2), ("-x", 2)])
def test_negative_amounts_are_no_options(
    amount: str, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["ctl", "volume", amount]) == code
    assert ("no session is playing" in capsys.readouterr().err) == (code == 1)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90", 90), ("90s", 90), ("1:30", 90), ("5m", 300), ("0.5", 0.5), ("1,5", 1.5), ("10m", 600)],
)
def test_times_behind_options_are_seconds_or_written_as_times(written: str, seconds: float) -> None:
    assert parse_seconds(written) == seconds


@pytest.mark.parametrize("written", ["-26", "26", "-26dB", "26 dB", "\N{MINUS SIGN}26", "26.0"])
def test_a_level_is_below_with_and_without_its_sign(written: str) -> None:
    assert parse_level_db(written) == -26.0


@pytest.mark.parametrize(
    ("option", "written"),
    [("--hold", "long"), ("--transition", "-3"), ("--bed-level", "low"), ("--volume", "3"), ("--wake", "soon")],
)
def test_an_option_that_cannot_be_read_is_named(option: str, written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", "upper-back", option, written, "--output", "null"]) == 2
    assert capsys.readouterr().err.startswith(f"voiceguide: {option} ")


def test_holds_are_written_in_minutes_too(capsys: pytest.CaptureFixture[str], clip_cache: Path) -> None:
    command = ["plan", "upper-back", "--only", "upper-trapezius", "--words", "minimal", "--cache-dir", str(clip_cache)]
    assert main([*command, "--hold", "5m"]) == 0
    in_minutes = capsys.readouterr().out
    assert main([*command, "--hold", "300"]) == 0
    assert capsys.readouterr().out == in_minutes
    assert "Four minutes." in in_minutes

"""Messages name arguments and functions of Python; the command line names its options and commands instead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import voiceguide
from voiceguide import session
from voiceguide.cli.main import program
from voiceguide.cli.wording import in_options, option
from voiceguide.model.pacing import Pacing
from voiceguide.model.player_settings import PlayerSettings

ROOMS = Path(voiceguide.__file__).parent
NOT_OPTIONS = re.compile(
    r"pip install --\S+|# own, whose stretches .*\n|\[\*cls\.worker_command, \"--voices\"|arguments == \[\"--voices\"\]"
)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("x.mp3 is there already: `force=True` replaces it", "x.mp3 is there already: --force replaces it"),
        ("start one with `play(...)`", "start one with `voiceguide play ROUTINE`"),
        (
            "try `pace='brisk'` `words='brief'` or without `hold_s=...`",
            "try --pace brisk --words brief or without --hold",
        ),
        ("as with `skip=('cat-cow', 'x')`", "as with --skip cat-cow --skip x"),
        ("`hold_s=60`", "--hold 60"),
        ("`breath_cues=False`", "--no-breath"),
        ("name another with `cache_dir=...`", "name another with --cache-dir"),
        ("`voices('de')` lists those", "`voiceguide voices --language de` lists those"),
        ("`voices()` lists them", "`voiceguide voices` lists them"),
        ("`new_phrases('fr')`", "`voiceguide new --phrases fr`"),
        ("`play('upper-back')`", "`voiceguide play upper-back`"),
        ("`check()`", "`voiceguide check`"),
        ("`piper_voices()` lists", "`voiceguide voices get piper` lists"),
        ("`voice_to_fetch('piper:x')`", "`voiceguide voices get piper:x`"),
    ],
)
def test_arguments_become_options_and_functions_become_commands(message: str, expected: str) -> None:
    assert in_options(message) == expected


@pytest.mark.parametrize(
    "message",
    ["write `hold_s = 40`", "`something(1)`", "`hold_s=open(`", "a `name`", "--force", "`force`=True", "", "`play(x)`"],
)
def test_everything_else_is_left_alone(message: str) -> None:
    assert in_options(message) == message


def test_every_setting_has_the_option_that_messages_name() -> None:
    """The settings without an option of their own can only be set in config.toml."""
    root: Any = get_command(program([]))
    known = {
        name for command in ("export", "play", "plan") for each in root.commands[command].params for name in each.opts
    }
    configured = {
        *("sentence_gap_s", "breath_scale", "settle_scale", "enter_s", "leave_s", "round_rest_s"),
        *("same_posture_s", "switch_s", "walk_s", "change_s", "floor_s"),
    }
    for setting in {*Pacing.model_fields, *PlayerSettings.model_fields} - configured:
        assert option(setting) in known, setting


def test_the_rooms_below_name_no_option() -> None:
    texts = re.compile(
        r"\"[^\"\n]*(?<![\w-])--[a-z][^\"\n]*\"|voiceguide (?:voices|new|plan|check|cache|export|list)\b"
    )
    docstrings = re.compile(r'"""(?:.|\n)*?"""|#.*')
    found = {
        f"{path.relative_to(ROOMS)}: {text}"
        for path in ROOMS.rglob("*.py")
        if path.parent.name != "cli"
        for text in texts.findall(NOT_OPTIONS.sub("", docstrings.sub("", path.read_text(encoding="utf-8"))))
    }
    # player/live.py only runs at a terminal, so it may name commands.
    assert {each for each in found if not each.startswith("player/live.py")} == set()


def test_the_functions_that_messages_name_are_public() -> None:
    for name in ("check", "new_phrases", "new_routine", "play", "voices"):
        assert name in session.__all__, name

"""The command line offers exactly the choices that the program knows."""

from __future__ import annotations

import subprocess
import sys

import pytest

from voiceguide.cli.play import Asked
from voiceguide.player.commands import Action


def test_ctl_takes_every_action_and_status() -> None:
    assert {asked.value for asked in Asked} == {*(action.value for action in Action), "status"}


def test_the_choices_load_no_model() -> None:
    source = "import sys, voiceguide.cli.pacing_options; print([name for name in sys.modules if name == 'pydantic'])"
    assert subprocess.run([sys.executable, "-c", source], capture_output=True, check=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--level", "x", "'x' is not one of 'easier', 'usual', 'harder'"),
        ("--countdown", "x", "write a whole number here"),
        ("--speech-rate", "x", "write a number here"),
    ],
)
def test_a_wrong_value_is_refused_in_our_words(option: str, value: str, why: str) -> None:
    """Typer quotes pydantic, whose words ("Value error, ...", "unable to parse string") are for programmers."""
    command = [sys.executable, "-m", "voiceguide", "plan", "upper-back", option, value]
    refused = subprocess.run(command, capture_output=True, check=False, text=True)
    expected = f"voiceguide: Invalid value for '{option}': {why} (see --help)\n"
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", expected)

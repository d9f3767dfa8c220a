"""What the command line offers is what the program knows."""

from __future__ import annotations

import subprocess
import sys

from voiceguide.cli.play import Asked
from voiceguide.player.commands import Action


def test_ctl_takes_every_action_and_status() -> None:
    assert {asked.value for asked in Asked} == {*(action.value for action in Action), "status"}


def test_the_choices_load_no_model() -> None:
    source = "import sys, voiceguide.cli.pacing_options; print([name for name in sys.modules if name == 'pydantic'])"
    assert subprocess.run([sys.executable, "-c", source], capture_output=True, check=True, text=True).stdout == "[]\n"

"""Frames of the plan and frames of the sound: how they are converted, and that they cannot be confused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiceguide.model.pacing import Pacing
from voiceguide.model.script import Role
from voiceguide.model.timeline import Chapter, Cue, Timeline
from voiceguide.sound.arrangement import arranged
from voiceguide.sound.bed import open_bed
from voiceguide.units import SESSION_RATE_HZ, PlanFrame, SoundFrame

if TYPE_CHECKING:
    from voiceguide.sound.arrangement import Arrangement


def arrangement(bed: str) -> Arrangement:
    cue = Cue(Role.SETUP, "not spoken yet", PlanFrame(1000), PlanFrame(2000), 0)
    length = PlanFrame(SESSION_RATE_HZ)
    planned = Timeline("r", "R", "en", SESSION_RATE_HZ, length, (cue,), (), (Chapter("One", PlanFrame(0), length),))
    return arranged(planned, {}, Pacing(bed=bed), lambda: open_bed(bed))


@pytest.mark.parametrize(("bed", "ratio"), [("none", 1), ("drone", 2)])
def test_a_bed_has_two_frames_for_one_of_the_plan(bed: str, ratio: int) -> None:
    made = arrangement(bed)
    [cue] = made.timeline.cues
    assert (cue.start, cue.end, made.timeline.length) == (1000 * ratio, 2000 * ratio, SESSION_RATE_HZ * ratio)
    assert made.source.length == made.timeline.length
    assert made.sounding(PlanFrame(1000)) == cue.start
    assert made.planned(cue.start) == made.planned_next(cue.start) == 1000


def test_between_two_frames_of_the_plan_there_is_one_of_the_sound() -> None:
    made = arrangement("drone")
    assert made.planned(SoundFrame(2001)) == 1000
    assert made.planned_next(SoundFrame(2001)) == 1001


def test_the_type_checker_refuses_to_take_one_for_the_other() -> None:
    """If it did not, it would call these comments unused."""
    made = arrangement("none")
    made.sounding(SoundFrame(0))  # type: ignore[arg-type]
    made.planned(PlanFrame(0))  # type: ignore[arg-type]
    made.planned(made.planned(SoundFrame(0)))  # type: ignore[arg-type]
    arranged(made.timeline, {}, Pacing(), lambda: None)  # type: ignore[arg-type]

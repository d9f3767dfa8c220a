"""The three paces: values of Pacing, nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from voiceguide.model.pacing import Pacing

if TYPE_CHECKING:
    from collections.abc import Mapping

PRESETS: Final[Mapping[str, Pacing]] = {
    "steady": Pacing(),
    # Changes of position take 1.6 times as long, the switch of sides 13 s (docs/sources.md).
    "gentle": Pacing(
        pace="gentle",
        speech_rate=0.88,
        sentence_gap_s=0.9,
        same_posture_s=5.0,
        switch_s=13.0,
        change_s=16.0,
        floor_s=24.0,
        settle_scale=1.3,
        enter_s=5.0,
        leave_s=5.0,
        round_rest_s=12.0,
    ),
    "brisk": Pacing(
        pace="brisk",
        speech_rate=1.0,
        sentence_gap_s=0.5,
        same_posture_s=2.0,
        switch_s=6.0,
        change_s=7.0,
        floor_s=11.0,
        settle_scale=0.7,
        enter_s=3.0,
        leave_s=3.0,
        round_rest_s=5.0,
    ),
}


def paced(pace: str = "steady", **changes: Any) -> Pacing:  # noqa: ANN401 -- the fields' types are Pacing's to check
    """The preset `pace` with single knobs changed; what is None stays as the preset has it.

    Raises pydantic.ValidationError for a value out of range and KeyError for an unknown pace.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    return Pacing.model_validate({**PRESETS[pace].model_dump(), **given})

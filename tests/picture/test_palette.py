"""Contrast after WCAG 2.2: 1.4.3 for text, 1.4.11 for shapes."""

from __future__ import annotations

import itertools

import pytest

from voiceguide.picture import palette


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, glossary)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        (palette.INK, palette.PAPER),
        (palette.MUTED, palette.PAPER),
        (palette.MUTED, palette.TRANSITION),
        *((palette.INK, chapter) for chapter in palette.CHAPTERS),
        (palette.PAPER, palette.HOLD),
    ],
)
def test_text_can_be_read(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(
    "colour",
    [
        *(kind.edge or kind.fill for kind in palette.SPEECH_KINDS),
        palette.HOLD,
        palette.HOLD_CLOCK,
        palette.REST_EDGE,
        palette.BREATH,
        palette.BREATH_IN_HOLD,
        palette.TONE,
    ],
)
def test_shapes_can_be_seen(colour: str) -> None:
    assert contrast(colour, palette.PAPER) >= 3.0


def test_kinds_of_speech_differ_in_grey() -> None:
    greys = sorted(luminance(kind.fill) ** (1 / 2.2) for kind in palette.SPEECH_KINDS)
    assert all(lighter - darker > 0.08 for darker, lighter in itertools.pairwise(greys))

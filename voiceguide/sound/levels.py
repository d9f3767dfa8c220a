"""The levels of a session, in one place."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

MONO_LUFS: Final = -19.0
"""Integrated loudness of a mono session: heard as loud as the -16 LUFS that podcasts use for stereo."""
STEREO_LUFS: Final = -16.0
"""The same of a stereo session: two channels alike are 3 LU louder than one (ITU-R BS.1770-5)."""
CEILING_DBTP: Final = -2.5
"""True peak of a clip. An MP3 encoder adds up to 1 dB at 64 kbit/s (measured); the file stays below -1."""
CLIP_LUFS: Final = -17.4
"""Active loudness of every clip: with it a session of sentences comes out near MONO_LUFS by itself."""
SHORT_LIFT_DB: Final = 1.7
"""How much louder a word on its own is made: the ear adds up a sound over about a second, and hears a short one softer.
With it the loudness range of the voice of a routine is about 8 LU (8.1 in `upper-back`, measured)."""
SHORT_S: Final = (1.3, 2.0)
"""Up to the first length a clip has all of that lift, from the second on none."""
LARGEST_TRIM_DB: Final = 0.8
"""How far a session may be raised as a whole without its peaks coming near -1 dBTP."""
UNDER_SPEECH_DB: Final = 22.0
"""How far below the voice a breath tone is where they meet, in loudness; in power it is 20 then, which is
asked for (WCAG 2.2, 1.4.7)."""

LEAST_DUCK_DB: Final = 6.0
"""A bed steps aside by that at least, however soft it is: it is heard to, and the word stands free."""
BED_PEAK_DBFS: Final = -9.0
"""The highest peak of a bed between words; with the tones and chimes above it stays far from the ceiling."""
BED_PEAK_UNDER_SPEECH_DBFS: Final = -24.0
"""Its highest under a word: with the voice's own peak at CEILING_DBTP they stay below -1 dBTP."""


class ToneLevels(Struct, frozen=True):
    """How loud the sounds are that are not speech, in LUFS, by their loudest 400 ms.

    A session is trimmed as a whole by up to 0.8 dB either way, and they with its voice.
    """

    chime_lufs: float
    breath_lufs: float

    @property
    def duck_db(self) -> float:
        """How far a breath tone steps back under a word; never up."""
        return min(0.0, CLIP_LUFS - UNDER_SPEECH_DB - self.breath_lufs)


# The voice is at about -17 LUFS. Ten below it a tone is heard by whoever waits for it, and startles nobody; what it
# costs is loudness range (docs/sound.md).
FULL: Final = ToneLevels(chime_lufs=-24.4, breath_lufs=-27.5)
SOFT: Final = ToneLevels(chime_lufs=-30.0, breath_lufs=-33.0)
TONE_LEVELS: Final = {"full": FULL, "soft": SOFT, "off": SOFT}
"""By the values of Pacing.tones; where it is off, only chimes are left."""

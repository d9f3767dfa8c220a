"""The levels of a session, in one place."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

MONO_LUFS: Final = -19.0
"""Integrated loudness of a mono session: heard as loud as the -16 LUFS that podcasts use for stereo."""
STEREO_LUFS: Final = -16.0
"""Integrated loudness of a stereo session: two equal channels are 3 LU louder than one (ITU-R BS.1770-5)."""
CEILING_DBTP: Final = -2.5
"""True peak of a clip. An MP3 encoder adds up to 1 dB at 64 kbit/s (measured); the file stays below -1."""
CLIP_LUFS: Final = -17.4
"""Active loudness of every clip: at this level a session of sentences comes out near MONO_LUFS untrimmed."""
SHORT_LIFT_DB: Final = 1.7
"""How much a single word is raised: the ear integrates over about a second, and hears a shorter sound as softer. With
this lift the loudness range of the voice of a routine is about 8 LU (8.1 in `upper-back`, measured)."""
SHORT_S: Final = (1.3, 2.0)
"""Clips up to the first length get the whole lift, and from the second length on none of it."""
LARGEST_TRIM_DB: Final = 0.8
"""How far a session may be raised as a whole without its peaks coming near -1 dBTP."""
UNDER_SPEECH_DB: Final = 22.0
"""How far below the voice a breath tone or a bed lies under a word, in loudness. In power it is 20 dB then, as WCAG 2.2
(1.4.7) demands."""

LEAST_DUCK_DB: Final = 6.0
"""A bed ducks by at least this much, however soft it is: the listener hears it make room for the word."""
BED_PEAK_DBFS: Final = -9.0
"""The highest peak of a bed between words: it leaves room for tones and chimes."""
BED_PEAK_UNDER_SPEECH_DBFS: Final = -24.0
"""The highest peak of a bed under a word: added to a voice at CEILING_DBTP it stays below -1 dBTP."""


class ToneLevels(Struct, frozen=True):
    """The levels of the sounds that are not speech, in LUFS, by their loudest 400 ms.

    Trimming the session by up to 0.8 dB either way moves them together with the voice.
    """

    chime_lufs: float
    breath_lufs: float

    @property
    def duck_db(self) -> float:
        """The change of a breath tone under a word; never positive."""
        return min(0.0, CLIP_LUFS - UNDER_SPEECH_DB - self.breath_lufs)


# The voice is at about -17 LUFS. A tone 10 LU below it is heard by everybody who waits for it, and startles nobody; it
# costs some loudness range (docs/sound.md).
FULL: Final = ToneLevels(chime_lufs=-24.4, breath_lufs=-27.5)
SOFT: Final = ToneLevels(chime_lufs=-30.0, breath_lufs=-33.0)
TONE_LEVELS: Final = {"full": FULL, "soft": SOFT, "off": SOFT}
"""By the value of Pacing.tones; `off` leaves only the chimes."""

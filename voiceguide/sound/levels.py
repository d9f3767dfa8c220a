"""The levels of a session, in one place."""

from __future__ import annotations

from typing import Final

MONO_LUFS: Final = -19.0
"""Integrated loudness of a mono session: heard as loud as the -16 LUFS that podcasts use for stereo."""
CEILING_DBTP: Final = -2.5
"""True peak of a clip. An MP3 encoder adds up to 1 dB at 64 kbit/s (measured); the file stays below -1."""
CLIP_LUFS: Final = -17.4
"""Active loudness of every clip: with it a session of sentences comes out near MONO_LUFS by itself."""
LARGEST_TRIM_DB: Final = 1.0
"""How far a session may be raised as a whole without its peaks coming near -1 dBTP."""
CHIME_LUFS: Final = -25.0
BREATH_TONE_LUFS: Final = -34.0
"""Softer than the voice, well above the noise of a room; below the relative gate of the loudness."""

"""The system's own voices, in any language, through pyttsx3: espeak-ng, SAPI 5 or macOS.

pyttsx3 is never imported here. It hangs when two threads use it, fails silently, and keeps state between texts. So it
runs in a process of its own (`pyttsx3_worker.py`), with one voice at one rate, and everything that comes back is
checked.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import struct
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import numpy as np

from voiceguide.errors import SpeechError, UnknownNameError
from voiceguide.model.segment import AudioSegment, samples_from
from voiceguide.speech.engine import Take, Voice
from voiceguide.speech.process import Worker, WorkerEngine, command_for
from voiceguide.speech.pyttsx3_worker import DEFAULT, chunks, sound_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PLATFORM: Final[str] = sys.platform
_WORKER_VERSION: Final = "2"
"""Part of every clip's key. Raise it with any change to the sound that the process makes."""
_USES_ESPEAK: Final = _PLATFORM not in {"darwin", "win32"}
_PCM16_BYTES: Final = 2
_ESPEAK_VOICE: Final = re.compile(r"([a-z]{2})(?:-[a-z0-9-]+)?(?:\+\w+)?")
"""`de`, `es-419`, `en-gb-x-rp`."""


class Pyttsx3Engine(WorkerEngine):
    """pyttsx3, MPL-2.0, at the rate of the voice.

    The sound of a text varies by a few samples with the text before it, because espeak carries over the phase of its
    voice. An empty voice, or `default`, is an English voice if the system has one. The speech rate multiplies pyttsx3's
    own, 200 words a minute.
    """

    name = "pyttsx3"

    worker_command: Sequence[str] = command_for("pyttsx3_worker.py")
    """As in WorkerEngine. `VOICE SPEECH_RATE` or `--voices` is appended."""

    def __init__(self, voice: str = DEFAULT, speech_rate: float = 1.0) -> None:
        super().__init__(voice or DEFAULT, speech_rate)

    @classmethod
    def voices(cls) -> list[Voice]:
        """The system's voices; none if it cannot speak. Asks a process that ends at once."""
        try:
            with contextlib.closing(Worker(cls.name, [*cls.worker_command, "--voices"])) as worker:
                found = worker.reply(cls.start_timeout_s)["voices"]
                return [Voice(cls.name, voice["name"], voice["language"], voice["description"]) for voice in found]
        except (SpeechError, OSError, KeyError, TypeError):
            return []

    def language(self) -> str | None:
        """The language that the system names. espeak-ng's voices are named after theirs, so no process is asked."""
        if self.voice == DEFAULT:
            return "en"
        if _USES_ESPEAK and (named := _ESPEAK_VOICE.fullmatch(self.voice)):
            return named[1]
        return super().language()

    def fingerprint(self) -> Mapping[str, str]:
        """The versions of pyttsx3 and of the private espeak-ng, with platform, voice and rate."""
        private = _USES_ESPEAK and importlib.util.find_spec("espeakng_loader") is not None
        return {
            "engine": self.name,
            "version": version("pyttsx3"),
            "worker": _WORKER_VERSION,
            "backend": f"espeakng-loader {version('espeakng-loader')}" if private else "system",
            "platform": _PLATFORM,
            "voice": self.voice,
            "speech_rate": f"{self.speech_rate:g}",
        }

    def _started(self) -> Worker:
        """A worker that has loaded the voice."""
        if not self.voice.isprintable():
            # It could not be passed to a process, and no voice has such a name.
            raise UnknownNameError("pyttsx3 voice", self.voice, [voice.name for voice in self.voices()])
        worker = Worker(self.name, [*self.worker_command, self.voice, f"{self.speech_rate:g}"])
        try:
            reply = worker.reply(self.start_timeout_s)
        except BaseException:
            worker.close()
            raise
        if "ready" in reply:
            return worker
        worker.close()
        if "known" in reply:
            raise UnknownNameError("pyttsx3 voice", self.voice, reply["known"])
        if "unavailable" in reply:
            fix = "; install espeak-ng, or: pip install 'voiceguide[espeak]'" if _USES_ESPEAK else ""
            message = f"the pyttsx3 engine cannot start: {reply['unavailable']}{fix}"
        else:
            reason = reply.get("failed", "its process answers nonsense")
            message = f"the pyttsx3 voice {self.voice!r} does not work: {reason}; choose another with `voice=...`"
        raise SpeechError(message)

    def _take(self, data: bytes, text: str) -> Take:
        """The sound in a file. SpeechError if it is missing or incomplete."""
        if not sound_in(data):
            message = f"pyttsx3 wrote an empty or unfinished file ({len(data)} bytes) for {text!r}; is the disk full?"
            raise SpeechError(message)
        segment = _segment(data)
        samples = samples_from(segment)
        if not samples.any():
            message = f"pyttsx3 has no sound for {text!r}: does the voice speak its language?"
            raise SpeechError(message)
        return Take(samples, segment.frame_rate)


def _segment(data: bytes) -> AudioSegment:
    """The sound of a WAV or AIFF file. Needs ffmpeg only for an AIFF file that is not 16-bit PCM."""
    if data.startswith(b"RIFF"):
        return AudioSegment(data)  # not `from_file`, which passes to ffmpeg what it cannot read itself
    common = dict(chunks(data)).get(b"COMM", b"")
    # Channels, frames, bits, the rate as an 80-bit float (exponent, mantissa), and in AIFF-C the compression.
    channels, _frames, bits, exponent, mantissa = struct.unpack_from(">hIhHQ", common)
    compression = common[18:22] or b"NONE"
    if bits != 8 * _PCM16_BYTES or compression not in {b"NONE", b"twos", b"sowt"}:
        return AudioSegment.from_file(io.BytesIO(data), format="aiff")
    pcm = np.frombuffer(sound_in(data), "<i2" if compression == b"sowt" else ">i2").astype("<i2")
    rate_hz = round(mantissa * 2.0 ** (exponent - 16383 - 63))
    return AudioSegment(pcm.tobytes(), sample_width=_PCM16_BYTES, frame_rate=rate_hz, channels=channels)

"""pyttsx3's part of the process that `worker.py` runs: one voice at one rate. Imports nothing from voiceguide.

With the arguments `VOICE SPEECH_RATE` it speaks, with `--voices` it lists the voices. If there is no voice to load, the
reply is `{"unavailable": reason}` if the system cannot speak, `{"failed": reason}` if the voice does not work,
`{"known": [names]}` if the system does not have it, or `{"voices": [...]}`. Sounds are WAV or AIFF files. Phonemes are
null unless espeak speaks.

All this is necessary because of pyttsx3 2.99: alternating rates in one process race; of several `save_to_file` before
one `runAndWait` only the last survives; the first `runAndWait` returns before a longer text is written; a later one now
and then cancels its own text; it prints to stdout; and it accepts an unknown voice silently.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import struct
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from queue import SimpleQueue

DEFAULT: Final = "default"
_PLATFORM: Final[str] = sys.platform
_ESPEAK: Final = _PLATFORM not in {"darwin", "win32"}
_WARM_UP: Final = "1"
"""Every voice of every language can say a number."""
_ESPEAK_RATE: Final = 200
"""The rate at which pyttsx3 starts espeak, in words a minute."""
_TRIES: Final = 5
_STILL_S: Final = 3.0
"""An unfinished file that has not grown for this long is given up."""
_POLL_S: Final = 0.002
_UTF8: Final = 1
_IPA: Final = 2
"""Arguments of `espeak_TextToPhonemes`: the encoding that it reads and the notation that it writes."""
_PREFERRED: Final = ("en-us", "samantha", "en-gb", "daniel")
"""Names of voices: espeak-ng's, and the most natural of the many English ones of macOS."""


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The names and contents of the chunks of a WAV or AIFF file, without a last one that is cut short."""
    order = {b"RIFF": "<", b"FORM": ">"}.get(data[:4])
    position = 12
    while order and position + 8 <= len(data):
        name, size = struct.unpack_from(f"{order}4sI", data, position)
        position += 8
        if position + size <= len(data):
            yield name, data[position : position + size]
        position += size + size % 2


def sound_in(data: bytes) -> bytes:
    """The sound of a WAV or AIFF file; empty if the file is unfinished or has none."""
    found = dict(chunks(data))
    return found.get(b"data") or found.get(b"SSND", b"")[8:]


def load(
    arguments: list[str],
    requests: SimpleQueue[bytes],  # noqa: ARG001 -- the arguments name the voice
    reply: Callable[..., None],
) -> _Speaker | None:
    """Load the voice and warm it up, or list all voices. Give up if the system has no such voice, or none at all."""
    try:
        engine = _pyttsx3()
        voices = _voices(engine)
    except Exception as error:  # noqa: BLE001 -- a system's speech can raise anything
        reply(unavailable=_reason(error))
        return None
    if arguments == ["--voices"]:
        reply(voices=voices)
        return None
    voice = _chosen(voices, arguments[0])
    if voice is None:
        reply(known=[voice["name"] for voice in voices])
        return None
    speaker = _Speaker(engine)
    try:
        speaker.prepare(voice["id"], float(arguments[1]))
    except Exception as error:  # noqa: BLE001
        reply(failed=_reason(error))
        return None
    return speaker


def _reason(error: Exception) -> str:
    return f"{error}" or type(error).__name__


class _Speaker:
    """Wraps pyttsx3's engine and avoids its traps."""

    suffix = ".aiff" if _PLATFORM == "darwin" else ".wav"

    def __init__(self, engine: Any) -> None:  # noqa: ANN401 -- pyttsx3 has no types
        self._engine = engine
        self._errors: list[str] = []
        # Commands run inside pyttsx3's loop, which swallows their exceptions and reports them here.
        engine.connect("error", lambda name, exception: self._errors.append(f"{exception}"))  # noqa: ARG005

    def prepare(self, voice: str, speech_rate: float) -> None:
        """Set voice and rate for good, and speak something short. RuntimeError if they do not take effect."""
        # pyttsx3 starts espeak at this rate, but espeak may not report it yet.
        natural = _ESPEAK_RATE if _ESPEAK else self._engine.getProperty("rate")
        # espeak's interface refuses fractions.
        rate = round(natural * speech_rate)
        # The current folder is the one for sounds.
        warm_up = Path.cwd() / f"warm-up{self.suffix}"
        for _ in range(_TRIES):
            self._engine.setProperty("voice", voice)
            self._engine.setProperty("rate", rate)
            self.speak(_WARM_UP, warm_up)
            warm_up.unlink()
            if _has_taken(voice, rate):
                return
        message = f"the voice {voice} does not take its rate of {rate} words a minute"
        raise RuntimeError(message)

    def phonemes(self, text: str) -> str | None:
        """How espeak says `text`, in IPA; None if another system speaks."""
        return _phonemes(text)

    def reason(self, error: Exception) -> str:
        """The message of the error, or at least its type."""
        return _reason(error)

    def speak(self, text: str, path: Path) -> None:
        """Speak `text` into a file, and return once it is complete. RuntimeError if it does not get there."""
        # A busy engine queues the text and speaks it inside its loop. macOS needs that, because its loop begins by
        # stopping all speech, and so does Windows, where the loop would wait for an end that is already past. espeak
        # must not be busy: the loop would end before the text does.
        self._engine.proxy.setBusy(not _ESPEAK)
        _wait_until_idle()
        # espeak is given plain text. SAPI and macOS look for markup of their own (`<...>`, `[[...]]`) and cannot be
        # told not to; texts with such markup are refused before they come here.
        self._engine.save_to_file(text, str(path))
        self._engine.runAndWait()
        if self._errors:
            raise RuntimeError(self._errors.pop())
        if not _wait_until_whole(path):
            message = "no sound was written" if not path.exists() else "the sound was not written to its end"
            raise RuntimeError(message)


def _has_taken(voice: str, rate: int) -> bool:
    """Whether espeak uses that voice and that rate.

    espeak queues both settings, and ending the previous text may drop them from the queue (measured under load: one
    process in 14 spoke at another rate, and would have gone on so).
    """
    espeak = sys.modules.get("pyttsx3.drivers._espeak")
    if espeak is None:
        return True
    current = espeak.GetCurrentVoice()
    named = current.contents.identifier.decode("utf-8", "ignore").lower() if current else ""
    # Ask the library itself: pyttsx3 leaves out the argument that asks for the current rate.
    return named == voice.lower() and espeak.dll.espeak_GetParameter(espeak.RATE, 1) == rate


def _phonemes(text: str) -> str | None:
    """How espeak says `text`, in IPA; None if another system speaks."""
    espeak = sys.modules.get("pyttsx3.drivers._espeak")
    if espeak is None:
        return None
    tell = espeak.dll.espeak_TextToPhonemes
    tell.restype = ctypes.c_char_p
    rest = ctypes.c_void_p(ctypes.cast(buffer := ctypes.create_string_buffer(text.encode()), ctypes.c_void_p).value)
    clauses = []
    # Each call takes one clause and moves `rest` on; at the end `rest` is null.
    while rest.value:
        clauses.append(tell(ctypes.byref(rest), _UTF8, _IPA) or b"")
    del buffer
    return b" ".join(clauses).decode("utf-8", "replace")


def _wait_until_idle() -> None:
    """Wait until espeak's last callback, which wrote the previous text, has returned.

    pyttsx3's loop begins by ending the previous text. If espeak is still busy with that one, the new text is ended
    instead (measured: 4 of 6,900 texts were cut short or empty).
    """
    espeak = sys.modules.get("pyttsx3.drivers._espeak")
    while espeak and espeak.IsPlaying():
        time.sleep(_POLL_S)


def _wait_until_whole(path: Path) -> bool:
    """Wait for a file to grow. True once it is complete, False if it stops growing before that."""
    size, still_since_s = -1, time.monotonic()
    while True:
        data = b""
        with contextlib.suppress(OSError):
            data = path.read_bytes()
        if sound_in(data):
            return True
        now_s = time.monotonic()
        if len(data) != size:
            size, still_since_s = len(data), now_s
        elif now_s - still_since_s > _STILL_S:
            return False
        time.sleep(_POLL_S)


def _pyttsx3() -> Any:  # noqa: ANN401
    """pyttsx3's engine, on Linux with the private copy of espeak-ng if that is installed."""
    if _ESPEAK:
        with contextlib.suppress(ImportError):
            import espeakng_loader

            os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
            # Once loaded, it is what pyttsx3 gets when it asks for a library of that name.
            ctypes.CDLL(espeakng_loader.get_library_path())
    import pyttsx3

    return pyttsx3.init()


def _voices(engine: Any) -> list[dict[str, str]]:  # noqa: ANN401
    """Every voice, with its `id`, a short unique `name`, its `language` and a `description`."""
    # mbrola voices have other sample rates, and pyttsx3 writes 22,050 Hz into every header.
    found = [voice for voice in engine.getProperty("voices") if not voice.id.startswith("mb/")]
    uses = Counter(_short(voice.id).lower() for voice in found)
    return [
        {
            "id": voice.id,
            "name": _short(voice.id) if uses[_short(voice.id).lower()] == 1 else voice.id,
            "language": str(voice.languages[0]).replace("_", "-") if voice.languages else "",
            "description": ", ".join(filter(None, [voice.name, _gender(voice.gender)])),
        }
        for voice in found
    ]


def _short(identifier: str) -> str:
    r"""`en-us` of `gmw/en-us`, `Samantha` of `com.apple.voice.compact.en-US.Samantha`, `TTS_X` of `HKEY_Y\TTS_X`."""
    last = re.split(r"[/\\]", identifier)[-1]
    return last.rsplit(".", 1)[-1] if last.startswith("com.apple.") else last


def _gender(gender: str | None) -> str | None:
    """`male` or `female` from what pyttsx3's three drivers say: `Male`, `VoiceGenderFemale`, None."""
    return next((word for word in ("female", "male") if word in (gender or "").lower()), None)


def _chosen(voices: list[dict[str, str]], wanted: str) -> dict[str, str] | None:
    """The voice with that name or id, ignoring case; None if there is none."""
    if wanted not in {"", DEFAULT}:
        wanted = wanted.lower()
        return next((voice for voice in voices if wanted in {voice["name"].lower(), voice["id"].lower()}), None)
    # Chosen by our list, not by the system's setting, because `default` is part of the key of every clip.
    for name in _PREFERRED:
        for voice in voices:
            if voice["name"].lower() == name:
                return voice
    for prefix in ("en-us", "en-gb", "en", ""):
        for voice in voices:
            if voice["language"].lower().startswith(prefix):
                return voice
    return None

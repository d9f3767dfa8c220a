"""What pyttsx3 does in the process that `worker.py` runs: one voice, one rate, nothing of voiceguide.

With the arguments `VOICE SPEECH_RATE` it speaks, with `--voices` it lists the voices. It says once `{"ready": true}`,
`{"unavailable": reason}`, `{"failed": reason}` of the voice, `{"known": [names]}` where the voice is not among them, or
`{"voices": [...]}`; then, for each `{"text": ...}`, one `{"path": ...}` or `{"failed": reason}`, and for
`{"phonemes": text}` one `{"phonemes": ...}`, null where it is not espeak that speaks.

What pyttsx3 2.99 does to make all this necessary: alternating rates in one process race, of several
`save_to_file` before one `runAndWait` only the last survives, the first `runAndWait` returns before a
longer text is written, a later one now and then cancels its own text, it prints to stdout, and it takes
an unknown voice without a word.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import struct
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from queue import SimpleQueue

DEFAULT: Final = "default"
_PLATFORM: Final[str] = sys.platform
_ESPEAK: Final = _PLATFORM not in {"darwin", "win32"}
_WARM_UP: Final = "1"
"""Every voice of every language can say a number."""
_ESPEAK_RATE: Final = 200
"""Words a minute that pyttsx3 begins espeak at."""
_TRIES: Final = 5
_STILL_S: Final = 3.0
"""A file that is not whole and has not grown for so long will never be whole."""
_POLL_S: Final = 0.002
_UTF8: Final = 1
_IPA: Final = 2
"""Of espeak-ng's `espeak_TextToPhonemes`: what it reads and what it writes."""
_PREFERRED: Final = ("en-us", "samantha", "en-gb", "daniel")
"""By name: espeak-ng's voices, and the least odd of the many that macOS has for English."""


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a WAV or AIFF file, by name; a last one that is cut short is left out."""
    order = {b"RIFF": "<", b"FORM": ">"}.get(data[:4])
    position = 12
    while order and position + 8 <= len(data):
        name, size = struct.unpack_from(f"{order}4sI", data, position)
        position += 8
        if position + size <= len(data):
            yield name, data[position : position + size]
        position += size + size % 2


def sound_in(data: bytes) -> bytes:
    """The sound of a WAV or AIFF file; empty where the file is unfinished or holds none."""
    found = dict(chunks(data))
    return found.get(b"data") or found.get(b"SSND", b"")[8:]


def serve(arguments: list[str], folder: Path, requests: SimpleQueue[bytes], reply: Callable[..., None]) -> None:
    """Answer what is asked; give up where there is no such voice, or none at all."""
    try:
        engine = _pyttsx3()
        voices = _voices(engine)
    except Exception as error:  # noqa: BLE001 -- whatever a system's speech may raise
        reply(unavailable=f"{error}" or type(error).__name__)
        return
    if arguments == ["--voices"]:
        reply(voices=voices)
    elif voice := _chosen(voices, arguments[0]):
        _serve_voice(_Speaker(engine, folder), voice, float(arguments[1]), requests, reply)
    else:
        reply(known=[voice["name"] for voice in voices])


def _serve_voice(
    speaker: _Speaker,
    voice: dict[str, str],
    speech_rate: float,
    requests: SimpleQueue[bytes],
    reply: Callable[..., None],
) -> None:
    """Load the voice, warm up, and speak whatever comes."""
    try:
        speaker.prepare(voice["id"], speech_rate)
    except Exception as error:  # noqa: BLE001
        reply(failed=f"{error}" or type(error).__name__)
        return
    reply(ready=True)
    while True:
        try:
            request = json.loads(requests.get())
            if "phonemes" in request:
                reply(phonemes=_phonemes(request["phonemes"]))
            else:
                reply(path=str(speaker.speak(request["text"])))
        except Exception as error:  # noqa: BLE001
            reply(failed=f"{error}" or type(error).__name__)


class _Speaker:
    """pyttsx3's engine with its traps covered."""

    def __init__(self, engine: Any, folder: Path) -> None:  # noqa: ANN401 -- pyttsx3 has no types
        self._engine = engine
        self._folder = folder
        self._count = 0
        self._errors: list[str] = []
        # Commands run inside pyttsx3's loop, which swallows what they raise and sends it here.
        engine.connect("error", lambda name, exception: self._errors.append(f"{exception}"))  # noqa: ARG005

    def prepare(self, voice: str, speech_rate: float) -> None:
        """Set voice and rate once and for all, and speak something short. RuntimeError where they are not taken."""
        # pyttsx3 begins espeak at that rate; asked for it, espeak may not have heard of it yet.
        natural = _ESPEAK_RATE if _ESPEAK else self._engine.getProperty("rate")
        # A fraction of a word is refused by espeak's interface.
        rate = round(natural * speech_rate)
        for _ in range(_TRIES):
            self._engine.setProperty("voice", voice)
            self._engine.setProperty("rate", rate)
            self.speak(_WARM_UP).unlink()
            if _has_taken(voice, rate):
                return
        message = f"the voice {voice} does not take its rate of {rate} words a minute"
        raise RuntimeError(message)

    def speak(self, text: str) -> Path:
        """The file that `text` has been spoken into, whole. RuntimeError where there is none."""
        self._count += 1
        path = self._folder / f"{self._count}.{'aiff' if _PLATFORM == 'darwin' else 'wav'}"
        # A busy engine queues the text and speaks it inside its loop. So it must be on macOS, where the
        # loop begins with the command to stop speaking, and on Windows, where it would wait for an end
        # that has already been. With espeak it must not: the loop would be over before the text is.
        self._engine.proxy.setBusy(not _ESPEAK)
        _wait_until_idle()
        # Plain text for espeak. SAPI and macOS look for markup of their own (`<...>`, `[[...]]`) and
        # cannot be told not to; texts that hold any have been refused before they come here.
        self._engine.save_to_file(text, str(path))
        self._engine.runAndWait()
        if self._errors:
            raise RuntimeError(self._errors.pop())
        if not _wait_until_whole(path):
            message = "no sound was written" if not path.exists() else "the sound was not written to its end"
            raise RuntimeError(message)
        return path


def _has_taken(voice: str, rate: int) -> bool:
    """Whether espeak speaks by that voice, at that rate.

    It takes both in a queue, from which the end to what went before may throw them (measured under load: one process
    in 14 spoke at another rate, and would have to its end).
    """
    espeak = sys.modules.get("pyttsx3.drivers._espeak")
    if espeak is None:
        return True
    current = espeak.GetCurrentVoice()
    named = current.contents.identifier.decode("utf-8", "ignore").lower() if current else ""
    # By the library itself: pyttsx3 leaves out the argument that asks for the present rate.
    return named == voice.lower() and espeak.dll.espeak_GetParameter(espeak.RATE, 1) == rate


def _phonemes(text: str) -> str | None:
    """How espeak says `text`, in the letters of the IPA; None where another system speaks."""
    espeak = sys.modules.get("pyttsx3.drivers._espeak")
    if espeak is None:
        return None
    tell = espeak.dll.espeak_TextToPhonemes
    tell.restype = ctypes.c_char_p
    rest = ctypes.c_void_p(ctypes.cast(buffer := ctypes.create_string_buffer(text.encode()), ctypes.c_void_p).value)
    clauses = []
    # A clause at a time: it moves `rest` on, and to nowhere at the end.
    while rest.value:
        clauses.append(tell(ctypes.byref(rest), _UTF8, _IPA) or b"")
    del buffer
    return b" ".join(clauses).decode("utf-8", "replace")


def _wait_until_idle() -> None:
    """Wait for the end of espeak's last call back, from within which the last text was written.

    pyttsx3 begins its loop with an end to what went before; where espeak is still at that, it is the new
    text that is ended (measured: 4 of 6,900 texts, cut short or empty).
    """
    espeak = sys.modules.get("pyttsx3.drivers._espeak")
    while espeak and espeak.IsPlaying():
        time.sleep(_POLL_S)


def _wait_until_whole(path: Path) -> bool:
    """Whether the file becomes whole before it stops growing."""
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
    """pyttsx3's engine; on Linux with the private copy of espeak-ng where that is installed."""
    if _ESPEAK:
        with contextlib.suppress(ImportError):
            import espeakng_loader

            os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
            # Loaded first, it answers when pyttsx3 asks for a library of that name.
            ctypes.CDLL(espeakng_loader.get_library_path())
    import pyttsx3

    return pyttsx3.init()


def _voices(engine: Any) -> list[dict[str, str]]:  # noqa: ANN401
    """Every voice: its `id`, a short `name` that is its own, `language`, `description`."""
    # mbrola voices have other rates, and pyttsx3 writes 22,050 Hz into every header.
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
    """As pyttsx3's three drivers put it: `Male`, `VoiceGenderFemale`, None."""
    return next((word for word in ("female", "male") if word in (gender or "").lower()), None)


def _chosen(voices: list[dict[str, str]], wanted: str) -> dict[str, str] | None:
    """The voice of that name or id, in any case; None where there is none."""
    if wanted not in {"", DEFAULT}:
        wanted = wanted.lower()
        return next((voice for voice in voices if wanted in {voice["name"].lower(), voice["id"].lower()}), None)
    # By the list and not by the system's setting: what `default` means goes into the key of every clip.
    for name in _PREFERRED:
        for voice in voices:
            if voice["name"].lower() == name:
                return voice
    for prefix in ("en-us", "en-gb", "en", ""):
        for voice in voices:
            if voice["language"].lower().startswith(prefix):
                return voice
    return None

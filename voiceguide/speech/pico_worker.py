"""Pico's part of the process that `worker.py` runs: one voice at one rate. Imports nothing from voiceguide.

The arguments are the voice and the rate. The first reply is `{"ready": true}` or `{"unavailable": reason}`. Then each
`{"text": ...}` gets `{"path": ...}`, which names a file of 16-bit samples, or `{"failed": reason}`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from queue import SimpleQueue

_FASTEST: Final = 5.0
_VOLUME: Final = 0.5
"""At its default, longer sentences clip (measured). Clips are brought to their level later."""


def serve(arguments: list[str], folder: Path, requests: SimpleQueue[bytes], reply: Callable[..., None]) -> None:
    """Load the voice, and speak every text that is requested."""
    voice, speech_rate = arguments
    try:
        from py_nanotts import NanoTTS
    except ImportError as error:
        reply(unavailable=f"{error}")
        return
    engine = NanoTTS()
    reply(ready=True)
    count = 0
    while True:
        request = json.loads(requests.get())
        count += 1
        path = folder / f"{count}.s16"
        try:
            speed = min(float(speech_rate), _FASTEST)
            path.write_bytes(engine.speak(request["text"], voice=voice, speed=speed, volume=_VOLUME))
            reply(path=str(path))
        except Exception as error:  # noqa: BLE001 -- native code can raise anything
            reply(failed=f"{type(error).__name__}: {error}")

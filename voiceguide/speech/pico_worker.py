"""What pico does in the process that `worker.py` runs: one voice at one rate, nothing of voiceguide.

The arguments are the voice and the rate. The first reply is `{"ready": true}` or `{"unavailable": reason}`; then, for
each `{"text": ...}`, there is one `{"path": ...}` of a file of 16-bit samples, or `{"failed": reason}`.
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
"""At its own, longer sentences are clipped (measured); clips are levelled afterwards anyhow."""


def serve(arguments: list[str], folder: Path, requests: SimpleQueue[bytes], reply: Callable[..., None]) -> None:
    """Load the voice, and speak whatever comes."""
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
        except Exception as error:  # noqa: BLE001 -- whatever native code can raise
            reply(failed=f"{type(error).__name__}: {error}")

"""A server on this machine that serves voices as their hub does, or serves something else."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

PIPER = "rhasspy/piper-voices/resolve/main"
CARD = b"# Model card for tone (low)\n\n* Language: en_US\n\n## Dataset\n\n* License: CC0\n"


class Answer(NamedTuple):
    body: bytes
    status: int = 200
    location: str = ""
    claimed_bytes: int | None = None
    """The length that it claims, if that is not its own."""


class Hub:
    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []

    def give(self, path: str, body: bytes, **more: Any) -> str:  # noqa: ANN401 -- of Answer
        """Answer requests for `path` with `body`; return the address."""
        self.answers[f"/{path}"] = Answer(body, **more)
        return f"{self.address}/{path}"

    def give_piper_voice(self, name: str, model: bytes, description: bytes, card: bytes = CARD) -> None:
        """Serve a voice, and a catalogue that lists no other."""
        files = {}
        for file, body in ((f"{name}.onnx", model), (f"{name}.onnx.json", description), ("MODEL_CARD", card)):
            path = f"some/where/{file}"
            self.give(f"{PIPER}/{path}", body)
            files[path] = {"size_bytes": len(body), "md5_digest": hashlib.md5(body, usedforsecurity=False).hexdigest()}
        entry = {"key": name, "quality": "low", "files": files, "aliases": []}
        self.give(f"{PIPER}/voices.json", json.dumps({name: entry, "other-kind": entry}).encode())


@contextlib.contextmanager
def serving_hub() -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path)
            hub.asked.append(path)
            answer = hub.answers.get(path, Answer(b"not here", 404))
            self.send_response(answer.status)
            if answer.location:
                self.send_header("Location", answer.location)
            length = len(answer.body) if answer.claimed_bytes is None else answer.claimed_bytes
            self.send_header("Content-Length", str(length))
            self.end_headers()
            with contextlib.suppress(OSError):  # the client may have heard enough
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- called so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub = Hub(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()

"""The audio element of a browser plays what we write, and agrees on the length."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import queue
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from voiceguide import session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUFFIXES = ["mp3", "m4b", "m4a", "opus", "flac", "wav"]
PAGE = """<!doctype html><title>lengths</title><script>
const found = {};
const names = %s;
const tell = () => fetch("/found", {method: "POST", body: JSON.stringify(found)});
for (const name of names) {
  const audio = new Audio(name);
  const done = (value) => { found[name] = value; if (Object.keys(found).length == names.length) tell(); };
  audio.onerror = () => done(audio.error.message || "error");
  audio.onloadedmetadata = () => {
    const length = audio.duration;
    // Sought near its end and played from there: it can, and its end is where it says.
    audio.muted = true;
    audio.onended = () => done([length, audio.currentTime]);
    audio.currentTime = length - 0.5;
    audio.play().catch((error) => done(String(error)));
  };
  audio.load();
}
</script>"""


class Pages(http.server.SimpleHTTPRequestHandler):
    """Serves the files of a folder, with byte ranges, and queues the findings that the page posts."""

    found: queue.SimpleQueue[dict[str, object]]

    def do_GET(self) -> None:
        path = self.translate_path(self.path)
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes="):
            super().do_GET()
            return
        with open(path, "rb") as file:  # noqa: PTH123 -- translate_path gives a str
            data = file.read()
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, end = int(first), int(last) if last else len(data) - 1
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Range", f"bytes {start}-{end}/{len(data)}")
        self.send_header("Content-Length", str(end + 1 - start))
        self.end_headers()
        self.wfile.write(data[start : end + 1])

    def do_POST(self) -> None:
        self.found.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a browser drops what it no longer needs
            super().handle()


@pytest.mark.parametrize("bed", ["none", "rain"])
def test_a_browser_plays_every_format_and_agrees_on_the_length(
    bed: str, clip_cache: Path, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    chromium = tool("chromium")
    pacing = session.paced("steady", only=("upper-trapezius",), bed=bed)
    planned = session.plan("upper-back", pacing=pacing, voice="hibari:heart", cache_dir=clip_cache)
    names = [f"session.{suffix}" for suffix in SUFFIXES]
    for name in names:
        planned.export(tmp_path / name)
    (tmp_path / "page.html").write_text(PAGE % json.dumps(names))

    class Here(Pages):
        found: queue.SimpleQueue[dict[str, object]] = queue.SimpleQueue()
        extensions_map = Pages.extensions_map | {".m4b": "audio/mp4", ".m4a": "audio/mp4", ".opus": "audio/ogg"}

    handler = functools.partial(Here, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio"]
        command += ["--autoplay-policy=no-user-gesture-required", f"--user-data-dir={tmp_path / 'profile'}"]
        command += [f"http://127.0.0.1:{server.server_port}/page.html"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            found = Here.found.get(timeout=120)
        finally:
            browser.kill()
            browser.wait()
            server.shutdown()
    for name in names:
        lengths = found[name]
        assert isinstance(lengths, list), (name, lengths)
        for length_s in lengths:
            # A browser counts the whole last codec frame, and for an MP3 the delays of encoder and decoder too.
            assert length_s == pytest.approx(planned.timeline.duration_s, abs=0.09), name

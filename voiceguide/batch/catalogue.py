"""Turns a manifest into jobs, and checks all that can be checked before work begins: every mistake in one report."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from voiceguide import session
from voiceguide.batch.job import Job
from voiceguide.batch.likeness import file_digest
from voiceguide.batch.manifest import MAX_JOBS, Manifest
from voiceguide.batch.naming import DEFAULT_TEMPLATE, collision_key, file_stem, length_name
from voiceguide.batch.voice import Voice
from voiceguide.config import given
from voiceguide.errors import DataError, Mistake, RequestError, UnknownNameError, VoiceguideError
from voiceguide.export.captions import FORMATS
from voiceguide.export.exporter import exporter_for, exporter_suffixes
from voiceguide.files.places import as_text, beside
from voiceguide.library.loader import is_path
from voiceguide.library.toml_file import read_toml, validated
from voiceguide.model.choices import DEFAULT_PACE
from voiceguide.model.pacing import Pacing
from voiceguide.planning.planner import texts_of_any_length, texts_of_length, texts_to_speak
from voiceguide.planning.presets import pacing_with
from voiceguide.sound.bed import BUILT_IN, NO_BED, check_bed
from voiceguide.speech.voices import voice_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from voiceguide.library.loader import Library
    from voiceguide.library.toml_lines import Field
    from voiceguide.model.routine import Routine
    from voiceguide.speech.narrator import Narrator

EVERY: Final = "*"
_DEFAULTS: Final[Mapping[str, Any]] = {
    "language": None,
    "voices": (None,),
    "paces": (DEFAULT_PACE,),
    "lengths": (None,),
    "formats": ("mp3",),
    "captions": (),
    "bitrate": None,
    "name": DEFAULT_TEMPLATE,
}
_LISTS: Final = ("routines", "voices", "paces", "lengths", "formats")


class Order(Struct, frozen=True):
    """A job, and the manifest entry that asks for it."""

    job: Job
    digest: str
    texts: tuple[str, ...]
    """Every text that may have to be spoken for it."""
    entry: int
    """Index of the entry, from 0."""


class Catalogue(Struct, frozen=True):
    """Everything that a manifest asks for, in the order of the manifest."""

    path: Path
    orders: tuple[Order, ...]
    lines: Mapping[Field, int]

    def mistake(self, entry: int, field: str, message: str) -> Mistake:
        """A mistake in an entry, at its line: in the entry itself or in the defaults."""
        return mistake(self.path, self.lines, entry, field, message)


def mistake(path: Path, lines: Mapping[Field, int], entry: int, field: str, message: str) -> Mistake:
    """See `Catalogue.mistake`."""
    own: Field = ("sessions", entry, field)
    if own not in lines and ("defaults", field) in lines:
        return Mistake(path, lines["defaults", field], f"defaults.{field}", message)
    return Mistake(path, lines.get(own) or lines.get(own[:2]), f"sessions.{entry + 1}.{field}", message)


def read_catalogue(path: Path) -> Catalogue:
    """Read every job of the manifest at `path`.

    Raises RequestError if it cannot be read, and DataError with every mistake in it: unknown names, impossible
    combinations, texts that cannot be spoken, two files of the same name.
    """
    data, lines = read_toml(path)
    manifest = validated(path, data, Manifest, lines)
    reading = _Reading(path, lines)
    settings = [{**_DEFAULTS, **given(manifest.defaults), **given(entry)} for entry in manifest.sessions]
    reading.check_size(settings)
    orders = [order for index, entry in enumerate(settings) for order in reading.orders(index, entry)]
    reading.check_names(orders)
    if reading.mistakes:
        raise DataError(list(dict.fromkeys(reading.mistakes)))
    return Catalogue(path, tuple(orders), lines)


class _Reading:
    """Collects mistakes, and caches what entries share."""

    def __init__(self, path: Path, lines: Mapping[Field, int]) -> None:
        self.mistakes: list[Mistake] = []
        self._path = path
        self._lines = lines
        self._library = session.library()
        self._libraries: dict[str | None, Library] = {None: self._library}
        self._routines: dict[tuple[str | None, str], Routine] = {}
        self._voices: dict[Voice, _Voice] = {}
        self._texts: dict[tuple[int, Pacing], tuple[str, ...]] = {}
        self._texts_of_any_length: dict[tuple[int, Pacing], list[str]] = {}
        self._speakable: set[tuple[str, str]] = set()
        self._bed_digests: dict[str, str] = {}

    def check_size(self, settings: list[dict[str, Any]]) -> None:
        """Raise DataError before the lists are multiplied out if they make more files than anybody means."""
        known = len(self._library.routine_ids())
        wanted = 0
        for index, entry in enumerate(settings):
            routines = sum(known if name == EVERY else 1 for name in entry.get("routines", ()))
            wanted += math.prod([routines, *(len(entry[name]) for name in _LISTS[1:])])
            if wanted > MAX_JOBS:
                message = f"that is more than {MAX_JOBS:,} files: use several manifests, each with a folder of its own"
                raise DataError([self._mistake(index, "routines", message)])

    def orders(self, index: int, entry: dict[str, Any]) -> Iterator[Order]:
        """Yield every job of an entry. Note its mistakes, and leave out the jobs that they concern."""
        if "routines" not in entry:
            self._note(index, "routines", "which routines? name them, or all with ['*']")
            return
        routines = list(self._found(index, entry["routines"], entry["language"]))
        entry = entry | self._bed(index, entry.get("bed") or NO_BED)
        files = _Files(
            template=entry["name"],
            suffixes=tuple(self._suffixes(index, entry)),
            bit_rate_kbps=entry["bitrate"],
            captions=self._captions(index, entry["captions"]),
        )
        for routine, spec, pace, length_s in itertools.product(
            routines, entry["voices"], entry["paces"], entry["lengths"]
        ):
            pacing = self._pacing(index, entry, pace, length_s)
            voice = pacing and self._voice(index, spec, pacing.speech_rate, routine)
            texts = pacing and self._texts_of(index, routine, pacing)
            if not (pacing and voice and texts):
                continue
            self._check_speakable(index, texts, voice)
            jobs = list(files.jobs(routine, pacing, self._bed_digests.get(pacing.bed), voice.spec))
            if not jobs and files.suffixes:
                self._note(index, "name", f"{entry['name']!r} leaves no character that a file name may hold")
            yield from (Order(job, job.digest(voice.fingerprint), texts, index) for job in jobs)

    def check_names(self, orders: list[Order]) -> None:
        """Note files of the same name."""
        names = [(order, name) for order in orders for name in order.job.names()]
        keys = Counter(collision_key(name) for _, name in names)
        told = set()
        for order, name in names:
            key = collision_key(name)
            if keys[key] > 1 and key not in told:
                told.add(key)
                message = f"{keys[key]} files would be called {name!r}: tell them apart in `name`, as with {{length}}"
                self._note(order.entry, "name", message)

    def _found(self, index: int, names: Sequence[str], language: str | None) -> Iterator[Routine]:
        try:
            if language not in self._libraries:
                self._libraries[language] = session.library(language)
        except RequestError as error:
            self._note(index, "language", str(error))
            return
        for name in names:
            for wanted in self._library.routine_ids() if name == EVERY else [name]:
                # A path is relative to the folder of the manifest, not to the current one.
                whole = str(beside(self._path, wanted)) if is_path(wanted) else wanted
                try:
                    if (language, whole) not in self._routines:
                        self._routines[language, whole] = self._libraries[language].routine(whole)
                    yield self._routines[language, whole]
                except DataError as error:
                    self.mistakes += error.mistakes
                except RequestError as error:
                    self._note(index, "routines", str(error))

    def _suffixes(self, index: int, entry: dict[str, Any]) -> Iterator[str]:
        for name in entry["formats"]:
            suffix = name.lower().removeprefix(".")
            if suffix not in exporter_suffixes():
                self._note(index, "formats", str(UnknownNameError("audio format", name, exporter_suffixes())))
                continue
            try:
                exporter_for(Path(f"x.{suffix}"), entry["bitrate"])
            except VoiceguideError as error:
                self._note(index, "bitrate" if isinstance(error, RequestError) else "formats", str(error))
            else:
                yield suffix

    def _captions(self, index: int, names: Sequence[str]) -> tuple[str, ...]:
        for name in names:
            if name not in FORMATS:
                self._note(index, "captions", str(UnknownNameError("caption format", name, FORMATS)))
        return tuple(name for name in dict.fromkeys(names) if name in FORMATS)

    def _bed(self, index: int, name: str) -> dict[str, str]:
        """The bed of an entry; the path of a file becomes absolute, from the folder of the manifest."""
        if name in {NO_BED, *BUILT_IN}:
            return {"bed": name}
        path = beside(self._path, name)
        bed = as_text(str(path))
        try:
            check_bed(bed)
            self._bed_digests[bed] = file_digest(path)
        except RequestError as error:
            self._note(index, "bed", str(error))
        return {"bed": bed}

    def _pacing(self, index: int, entry: dict[str, Any], pace: str, length_s: float | None) -> Pacing | None:
        knobs = {name: value for name, value in entry.items() if name in Pacing.model_fields}
        try:
            return pacing_with({**knobs, "pace": pace, "length_s": length_s})
        except RequestError as error:
            # Every other setting has been checked by itself.
            self._note(index, "lengths", str(error))
            return None

    def _voice(self, index: int, spec: str | None, speech_rate: float, routine: Routine) -> _Voice | None:
        try:
            wanted = Voice.of(spec or voice_for(routine.language), speech_rate, routine)
            if wanted not in self._voices:
                narrator = wanted.narrator()
                full = f"{narrator.engine.name}:{narrator.engine.voice}"
                self._voices[wanted] = _Voice(full, narrator, narrator.fingerprint)
            return self._voices[wanted]
        except VoiceguideError as error:
            self._note(index, "voices", str(error))
            return None

    def _check_speakable(self, index: int, texts: Iterable[str], voice: _Voice) -> None:
        for text in texts:
            key = (voice.narrator.engine.name, voice.narrator.spelt(text))
            if key not in self._speakable:
                self._speakable.add(key)
                try:
                    voice.narrator.check([text])
                except RequestError as error:
                    self._note(index, "routines", str(error))

    def _texts_of(self, index: int, routine: Routine, pacing: Pacing) -> tuple[str, ...]:
        key = (id(routine), pacing)
        try:
            if key not in self._texts:
                self._texts[key] = tuple(dict.fromkeys(self._listed(routine, pacing)))
            return self._texts[key]
        except RequestError as error:
            self._note(index, "only" if pacing.only else "skip", str(error))
            return ()

    def _listed(self, routine: Routine, pacing: Pacing) -> list[str]:
        book = self._library.phrasebook_of(routine)
        if pacing.length_s is None:
            return texts_to_speak(routine, pacing, book)
        # Most texts do not depend on the length, and a manifest may ask for fifty lengths.
        key = (id(routine), pacing.model_copy(update={"length_s": None}))
        if key not in self._texts_of_any_length:
            self._texts_of_any_length[key] = texts_of_any_length(routine, pacing, book)
        return [*texts_of_length(routine, pacing, book), *self._texts_of_any_length[key]]

    def _note(self, index: int, field: str, message: str) -> None:
        self.mistakes.append(self._mistake(index, field, message))

    def _mistake(self, index: int, field: str, message: str) -> Mistake:
        return mistake(self._path, self._lines, index, field, message)


class _Voice(Struct, frozen=True, eq=False):
    """A voice at a speed; nothing is loaded."""

    spec: str
    """The full name, as `ENGINE:NAME`."""
    narrator: Narrator
    fingerprint: Mapping[str, str]


class _Files(Struct, frozen=True):
    """The files that are made of every session of an entry."""

    template: str
    suffixes: tuple[str, ...]
    bit_rate_kbps: int | None
    captions: tuple[str, ...]

    def jobs(self, routine: Routine, pacing: Pacing, bed_digest: str | None, voice: str) -> Iterator[Job]:
        """Yield a job for every format, or none if the name comes out empty."""
        stems = set()
        for suffix in self.suffixes:
            stem = file_stem(self.template, _values(routine, pacing, voice, suffix))
            if stem:
                yield Job(
                    name=f"{stem}.{suffix}",
                    routine=routine,
                    pacing=pacing,
                    bed_digest=bed_digest,
                    voice=voice,
                    bit_rate_kbps=self.bit_rate_kbps,
                    # Captions are the same for every format: the first job of a name writes them.
                    captions=() if stem in stems else self.captions,
                )
                stems.add(stem)


def _values(routine: Routine, pacing: Pacing, voice: str, suffix: str) -> dict[str, str]:
    """The values of the placeholders of a name."""
    return {
        "routine": routine.id,
        "title": routine.title,
        "voice": voice,
        "pace": pacing.pace,
        "words": pacing.words,
        "length": length_name(pacing.length_s) if pacing.length_s else "",
        "format": suffix,
    }

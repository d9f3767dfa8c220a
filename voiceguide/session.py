"""The composition root, and the public Python API: load, plan, render, export.

>>> from voiceguide import session
>>> planned = session.plan("upper-back", pacing=session.paced("gentle", countdown=3))  # doctest: +SKIP
>>> planned.timeline.duration_s, planned.timeline.chapters[1].title  # doctest: +SKIP
>>> segment = planned.render()  # a pydub AudioSegment  # doctest: +SKIP
>>> planned.export("upper-back.mp3")  # doctest: +SKIP

This is the only module that knows both the planning and the sound. Everything that can go wrong is a
`voiceguide.errors.VoiceguideError`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from pydantic import ValidationError

from voiceguide.errors import (
    DataError,
    Mistake,
    NoHomeError,
    RequestError,
    SettingError,
    SpeechError,
    UnspeakableError,
    VoiceguideError,
)
from voiceguide.export import exporter
from voiceguide.export.captions import FORMATS, caption_targets, timed_lines
from voiceguide.export.exporter import export
from voiceguide.export.metadata import ChapterMark, Metadata
from voiceguide.files.places import as_text, history_folder, known, phrases_folder, routines_folder
from voiceguide.files.whole_file import check_writable, whole_file
from voiceguide.language.phrasebook import Phrasebook
from voiceguide.library.loader import Library, is_path
from voiceguide.model.characters import visible
from voiceguide.model.keeping import DEFAULT_LIMIT_BYTES
from voiceguide.model.pacing import Pacing
from voiceguide.model.player_settings import PlayerSettings
from voiceguide.model.stretch import Stretch
from voiceguide.model.volume import parse_volume, percentage
from voiceguide.outputs.opening import DEFAULT_OUTPUT, open_output
from voiceguide.planning.document import timeline_document
from voiceguide.planning.pacing_words import pacing_in_words
from voiceguide.planning.phrasing.wording import sentences, without_tokens
from voiceguide.planning.planner import draft, expected_s, plan_timeline, texts_to_speak
from voiceguide.planning.presets import faults_of, paced
from voiceguide.sound.arrangement import arranged, make_chimes
from voiceguide.sound.bed import BUILT_IN, NO_BED, check_bed, open_bed
from voiceguide.sound.keep_alive import KeepAliveSource
from voiceguide.sound.source import ClipSource, empty_block
from voiceguide.speech.homeless import HomelessStore
from voiceguide.speech.narrator import Narrator
from voiceguide.speech.store import ClipStore, default_directory
from voiceguide.speech.voices import (
    DEFAULT_VOICE,
    available_voices,
    check_language,
    fallback_voices,
    no_voice,
    open_engine,
    voice_for,
)
from voiceguide.units import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from voiceguide.history.entry import Entry
    from voiceguide.history.store import History
    from voiceguide.model.choices import Look
    from voiceguide.model.clip import Clip
    from voiceguide.model.routine import Routine
    from voiceguide.model.segment import AudioSegment
    from voiceguide.model.timeline import Timeline
    from voiceguide.player.player import Player
    from voiceguide.sound.arrangement import Arrangement
    from voiceguide.sound.background import SourceWithPauses
    from voiceguide.sound.bed import Bed
    from voiceguide.sound.source import AudioSource

CacheDir = str | Path | ClipStore | None
"""Where clips are kept: a folder, a store that `open_store` gave, or None for the usual folder."""
FALLBACK_VOICES: Final = (DEFAULT_VOICE, "pyttsx3:")
"""Who takes over where a voice fails while a session plays."""

__all__ = [
    "Pacing",
    "PlayerSettings",
    "Session",
    "check",
    "check_picture",
    "check_target",
    "compared",
    "export_clip",
    "history",
    "library",
    "load",
    "narrator_for",
    "open_store",
    "paced",
    "phonemes",
    "plan",
    "play",
    "play_clip",
    "played",
    "player",
    "say",
    "unfinished",
]


class Session(Struct, frozen=True, eq=False, dict=True):
    """A planned session: everything is spoken and placed, nothing is mixed yet."""

    routine: Routine
    pacing: Pacing
    phrasebook: Phrasebook
    """Of its language."""
    voice: str
    """As `ENGINE:NAME`."""
    timeline: Timeline
    clips: Mapping[str, Clip]
    """A clip for every spoken text of the timeline."""
    bed: Callable[[], Bed | None]
    """Gives what lies under them: built-in ones may be in the making, a file is read when it is asked for."""

    @functools.cached_property
    def source(self) -> SourceWithPauses:
        """The sound, to be pulled block by block: what the device and every file are made from.

        Mono at the timeline's rate; stereo at 48 kHz where there is a bed.
        """
        return self._arrangement.source

    @functools.cached_property
    def _arrangement(self) -> Arrangement:
        return arranged(self.timeline, self.clips, self.pacing, self.bed)

    def document(self) -> dict[str, Any]:
        """The plan as plain data, format `voiceguide.timeline/1` (docs/timeline.md)."""
        return timeline_document(self.timeline, self.pacing, self.voice)

    def render(self) -> AudioSegment:
        """The whole session as a pydub AudioSegment of 16 bit: mono at 24 kHz, 2.9 MB a minute.

        With a bed stereo at 48 kHz, 11.5 MB a minute.
        """
        from voiceguide.model.segment import segment_from

        source = self.source
        samples = empty_block(source, source.length)
        source.render(0, samples)
        return segment_from(samples, source.rate_hz)

    def export(
        self,
        path: str | Path,
        *,
        force: bool = False,
        bit_rate_kbps: int | None = None,
        captions: Iterable[str] = (),
        keep_alive: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Write the session to `path`, in the format of its suffix; constant memory, whole or not at all.

        `force` replaces files that are there. `bit_rate_kbps` is the format's usual one where None. `captions`
        (`vtt`, `srt`, `lrc`, `txt`) go beside it by the same name, each whole or not at all. `keep_alive` wakes a
        headset before the first word and fills digital silence with noise far below hearing
        (`voiceguide.sound.keep_alive`); a bed does both by itself. `progress` is told frames done and frames in all.
        Raises RequestError (unknown suffix, rate or caption format, file is there) and ExportError (cannot be
        written).
        """
        captions = tuple(captions)
        check_target(path, force=force, bit_rate_kbps=bit_rate_kbps, captions=captions)
        with ThreadPoolExecutor(1, thread_name_prefix="cover") as beside:
            drawn = beside.submit(self._cover) if exporter.keeps_cover(Path(path)) else None
            # Meanwhile the sound is arranged, which leaves a core free.
            report = functools.partial(_report, progress, self.source.length) if progress else None
            metadata = self._about(drawn.result if drawn else bytes)
            source = self._kept_awake() if keep_alive and self.source.channels == 1 else self.source
            export(source, Path(path), metadata, force=force, bit_rate_kbps=bit_rate_kbps, progress=report)
        for name, target in caption_targets(Path(path), captions).items():
            with whole_file(target, force=force) as file:
                file.write(FORMATS[name](metadata).encode())

    def picture(self, path: str | Path, *, force: bool = False) -> None:
        """Draw the timeline to `path`, a .png or .svg 1200 pixels wide; whole or not at all.

        `force` replaces a file that is there. Raises RequestError and ExportError, as `export` does.
        """
        from voiceguide.picture.files import write_picture
        from voiceguide.picture.layout import lay_out

        write_picture(lay_out(self.timeline, self.pacing.pace, self.voice), Path(path), force=force)

    def _kept_awake(self) -> AudioSource:
        timeline = self._arrangement.timeline
        first_word = next((cue.start for cue in timeline.speech()), timeline.length)
        return KeepAliveSource(self.source, first_word)

    def _cover(self) -> bytes:
        from voiceguide.picture.cover import cover

        return cover(self.timeline)

    def _comment(self) -> str:
        engine, _, name = self.voice.partition(":")
        # Of a voice that is a file only the name: in which folder it lies is its owner's business.
        voice = f"{engine}:{name.replace(os.sep, '/').rpartition('/')[2]}"
        description = self.routine.description
        stop = "" if description.endswith((".", "!", "?", ":")) else "."
        words = self.phrasebook.file
        return words.comment.format(
            description=f"{description}{stop}",
            pacing=pacing_in_words(self.pacing, self.phrasebook),
            voice=voice,
        )

    def _about(self, draw: Callable[[], bytes]) -> Metadata:
        rate_hz = self.timeline.rate_hz
        return Metadata(
            title=self.timeline.title,
            artist="voiceguide",
            album=self.phrasebook.file.album,
            comment=self._comment(),
            language=self.timeline.language,
            date=f"{dt.datetime.now().astimezone():%Y-%m-%d}",
            draw=draw,
            lines=timed_lines(self.timeline, self.phrasebook.captions.quiet),
            chapters=tuple(
                ChapterMark(chapter.title, chapter.start / rate_hz, chapter.end / rate_hz)
                for chapter in self.timeline.chapters
            ),
        )


class Phonemes(Struct, frozen=True):
    """How a voice says a text."""

    engine: str
    spelt: str
    """The text as the engine is given it: numbers in words, words as they sound."""
    sounds: str | None
    """On one line, in the engine's own notation; None where it cannot tell."""


def check_target(
    path: str | Path, *, force: bool = False, bit_rate_kbps: int | None = None, captions: Iterable[str] = ()
) -> None:
    """Raise before any work is done where a session could not be exported so; see `Session.export`."""
    exporter.check_target(Path(path), force=force, bit_rate_kbps=bit_rate_kbps)
    for target in caption_targets(Path(path), captions).values():
        check_writable(target, force=force)


def check_picture(path: str | Path, *, force: bool = False) -> None:
    """Raise before any work is done where a picture could not be written to `path`."""
    from voiceguide.picture import files

    files.check_picture(Path(path), force=force)


def library(language: str | None = None, pronounce: Mapping[str, str] | None = None) -> Library:
    """The shipped data and the user's own, in a language; without one, each routine in its own.

    Raises RequestError, with the way out, for a language without words.
    """
    return Library(language, own=routines_folder(), own_phrases=phrases_folder(), pronounce=pronounce)


def load(routine: str, language: str | None = None) -> Routine:
    """A routine by id, or from the path of a `.toml` file, in a language (`de`); English where nobody says.

    Raises UnknownNameError with the nearest ids, or DataError with every mistake of the file.
    """
    return library(language).routine(routine)


def check(path: str | Path, *, voice: str | None = None, pronounce: Mapping[str, str] | None = None) -> str:
    """Read a routine or a stretch of the user's own, and say what it is.

    Every text is looked at as `plan` would have it spoken by `voice`, with the words of `pronounce` as they sound;
    nothing is spoken. Raises DataError with every mistake, RequestError for a file that cannot be read.
    """
    data = library(pronounce=pronounce)

    def objecting(words: Mapping[str, str], language: str) -> Callable[[str], str | None]:
        narrator = narrator_for(voice, Pacing().speech_rate, pronounce=words, language=language)
        return lambda text: _objection(narrator, sentences(without_tokens(text)))

    found = data.read(Path(path), objecting)
    if isinstance(found, Phrasebook):
        return f"a phrasebook, {found.name}"
    if isinstance(found, Stretch):
        return f"a stretch, {found.title}"
    narrator = narrator_for(voice, Pacing().speech_rate, pronounce=found.pronounce, language=found.language)
    # Sentences that are put together of several texts may be longer than any of them.
    for words in ("full", "brief", "minimal"):
        if why := _objection(narrator, texts_to_speak(found, paced(words=words), data.phrasebook_of(found))):
            raise DataError([Mistake(Path(path), None, "", why)])
    return f"a routine, {found.title}: {counted(len(found.items), 'stretch', 'stretches')}"


def _objection(narrator: Narrator, texts: Iterable[str]) -> str | None:
    """Why one of the texts could not be spoken. The narrator needs nothing loaded for that, and no closing."""
    try:
        narrator.check(texts)
    except UnspeakableError as error:
        return str(error)
    return None


@contextlib.contextmanager
def _located(
    data: Library, routine: str | Routine, voice: str | None, pronounce: Mapping[str, str] | None
) -> Iterator[None]:
    """Report a text of the user's own that cannot be spoken with its file and line, as `check` does."""
    try:
        yield
    except UnspeakableError:
        if isinstance(routine, str) and data.is_own(routine):
            check(data.routine_path(routine), voice=voice, pronounce=pronounce)
        raise


def plan(  # noqa: PLR0913 -- what a session depends on
    routine: str | Routine,
    *,
    pacing: Pacing | None = None,
    voice: str | None = None,
    language: str | None = None,
    cache_dir: CacheDir = None,
    pronounce: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    prepare_sound: bool = True,
) -> Session:
    """Plan a session: phrase it, speak what has not been spoken before, and place it.

    `voice` is `ENGINE:NAME`, by default VOICEGUIDE_VOICE or the best one for the language. `language` is that of its
    words, by default the routine's own, or English. `cache_dir` is where clips
    are kept. `pronounce` are words with how they sound, as in `[pronounce]` of the configuration; those of the
    routine count before them. `progress` is told clips done and clips in all, only when something has to be
    spoken. `prepare_sound` makes meanwhile what its sound will need whatever the plan; without, that is made when
    it is asked for. Raises RequestError, SpeechError and StoreError.
    """
    data = library(language, pronounce)
    chosen = data.routine(routine) if isinstance(routine, str) else routine
    book = data.phrasebook_of(chosen)
    pacing = (pacing or Pacing()).of_routine(sleep=chosen.sleep)
    check_bed(pacing.bed)
    clips: dict[str, Clip] = {}
    bed = _bed_for(chosen, pacing, book)
    if prepare_sound:
        # Outside of Python's lock for the most part, which planning holds. Nobody waits for them but the sound.
        beside = ThreadPoolExecutor(2, thread_name_prefix="sound")
        if pacing.bed in BUILT_IN:
            bed = beside.submit(open_bed, pacing.bed).result
        beside.submit(make_chimes, pacing)
        beside.shutdown(wait=False)
    words = {**(pronounce or {}), **chosen.pronounce}
    with narrator_for(voice, pacing.speech_rate, cache_dir, pronounce=words, language=chosen.language) as narrator:

        def speak(texts: Iterable[str]) -> dict[str, int]:
            clips.update(narrator.speak([text for text in texts if text not in clips], progress))
            return {text: clip.spoken_frames for text, clip in clips.items()}

        with _located(data, routine, voice, pronounce):
            timeline = plan_timeline(chosen, pacing, book, speak)
        spec = f"{narrator.engine.name}:{narrator.engine.voice}"
        return Session(chosen, pacing, book, spec, timeline, clips, bed)


def _bed_for(routine: Routine, pacing: Pacing, book: Phrasebook) -> Callable[[], Bed | None]:
    """Opens the bed of a session when it is called; a file's as far as the session will need it."""
    if pacing.bed in {NO_BED, *BUILT_IN}:
        return functools.partial(open_bed, pacing.bed)
    return functools.partial(open_bed, pacing.bed, expected_s(routine, pacing, book))


@contextlib.contextmanager
def player(  # noqa: PLR0913 -- what a session depends on
    routine: str | Routine,
    *,
    pacing: Pacing | None = None,
    voice: str | None = None,
    language: str | None = None,
    cache_dir: CacheDir = None,
    pronounce: Mapping[str, str] | None = None,
    playing: PlayerSettings | None = None,
    entry: Entry | None = None,
) -> Iterator[Player]:
    """A player for a session, ready to `run`: what it needs first has been spoken, or its voice is loaded.

    The rest is spoken while it plays. `entry`, of the history, is gone on with: its pacing, its position, and its
    voice unless `voice` is given. Where it stands is noted in the history as it plays. Raises RequestError,
    SpeechError and StoreError; PlaybackError comes from `run`.
    """
    from voiceguide.player.player import Player
    from voiceguide.player.resuming import entry_frame, noting
    from voiceguide.player.score import new_score

    playing = playing or PlayerSettings()
    output = open_output(playing.output)
    data = library(language, pronounce)
    chosen = data.routine(routine) if isinstance(routine, str) else routine
    book = data.phrasebook_of(chosen)
    spelt = {**(pronounce or {}), **chosen.pronounce}
    pacing = (entry.pacing if entry else pacing or Pacing()).of_routine(sleep=chosen.sleep)
    check_bed(pacing.bed)
    voice = voice or (entry.voice if entry else None)
    with contextlib.ExitStack() as open_voices:

        def open_narrator(spec: str | None) -> Narrator:
            opened = narrator_for(
                spec, pacing.speech_rate, cache_dir, must_keep=False, pronounce=spelt, language=chosen.language
            )
            return open_voices.enter_context(opened)

        def speak(texts: Iterable[str]) -> dict[str, int]:
            return {text: clip.spoken_frames for text, clip in narrator.speak(texts).items()}

        narrator = open_narrator(voice)
        with _located(data, routine, voice, pronounce):
            words = draft(chosen, pacing, book, speak)
            texts = list(words.script.texts())
            narrator.check(texts)
        clips = narrator.stored(texts)
        if len(clips) < len(texts):
            narrator.warm_up()
        score = new_score(words.routine, pacing, book, words.script, clips, _bed_for(chosen, pacing, book))
        spec = f"{narrator.engine.name}:{narrator.engine.voice}"
        name = entry.routine if entry else _remembered(routine) if isinstance(routine, str) else chosen.id
        yield Player(
            score,
            output,
            [narrator.speak, _Understudy(spec, chosen.language, open_narrator)],
            settings=playing,
            start_frame=entry_frame(score.timeline, entry) if entry else 0,
            note=noting(_history(), name, spec) if history_folder() else lambda _player: False,
        )


def play(  # noqa: PLR0913 -- what `player` takes, and how it is shown
    routine: str | Routine,
    *,
    pacing: Pacing | None = None,
    voice: str | None = None,
    language: str | None = None,
    cache_dir: CacheDir = None,
    pronounce: Mapping[str, str] | None = None,
    playing: PlayerSettings | None = None,
    entry: Entry | None = None,
    look: Look = "auto",
) -> None:
    """Play a session with keys, media keys and `voiceguide ctl`, and show how it stands; blocks until its end.

    `look` is `auto` (drawn in a terminal), `plain` (lines, as they come) or `none`. Other arguments and errors as for
    `player`. To be called from the main thread.
    """
    from voiceguide.player.live import play_here

    with player(
        routine,
        pacing=pacing,
        voice=voice,
        language=language,
        cache_dir=cache_dir,
        pronounce=pronounce,
        playing=playing,
        entry=entry,
    ) as made_player:
        play_here(made_player, look)


def played(playing: PlayerSettings, **changes: object) -> PlayerSettings:
    """`playing` with single settings changed; what is None stays. SettingError for what is out of range.

    `volume` may be written as people do: `50%`, or `+10%` for a change of what `playing` has.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    if isinstance(written := given.get("volume"), str):
        given["volume"] = _volume(written, playing.volume)
    try:
        return PlayerSettings.model_validate({**playing.model_dump(), **given})
    except ValidationError as error:
        raise SettingError(faults_of(error, PlayerSettings)) from error


def _volume(written: str, before: float) -> float:
    try:
        wanted = parse_volume(written).wanted(before)
    except RequestError as error:
        raise SettingError([("volume", str(error))]) from error
    if not 0.0 <= wanted <= 1.0:
        fault = f"{written} would turn {percentage(before)} into {percentage(wanted)}: a volume goes from 0 to 100 %"
        raise SettingError([("volume", fault)])
    return wanted


def history() -> list[Entry]:
    """What was played, newest first."""
    return _history().entries()


def unfinished(routine: str | None = None) -> Entry:
    """What `play(entry=...)` can go on with; RequestError where there is nothing."""
    return _history().unfinished(None if routine is None else _remembered(routine))


def _history() -> History:
    from voiceguide.history.store import History

    return History(known(history_folder(), "the history"))


def _remembered(routine: str) -> str:
    """The name of a routine that still leads to it tomorrow, from another folder: an id, or a whole path.

    A name that is no UTF-8 could not be written into the history: the file's address stands for it.
    """
    if not is_path(routine) and as_text(routine) == routine:
        return routine
    return as_text(str(library().routine_path(routine).absolute()))


class _Understudy:
    """Speaks where the first voice fails: the best of another engine that can, found when it is needed."""

    def __init__(self, failed: str, language: str, open_narrator: Callable[[str], Narrator]) -> None:
        self._failed = failed
        self._language = language
        self._open_narrator = open_narrator
        self._narrator: Narrator | None = None

    def __call__(self, texts: Iterable[str]) -> dict[str, Clip]:
        texts = list(texts)
        if self._narrator:
            return self._narrator.speak(texts)
        reasons = []
        for spec in FALLBACK_VOICES if self._language == "en" else fallback_voices(self._language):
            if spec.partition(":")[0] == self._failed.partition(":")[0]:
                continue
            narrator = self._open_narrator(spec)
            try:
                clips = narrator.speak(texts)
            except VoiceguideError as error:
                reasons.append(str(error))
            else:
                self._narrator = narrator
                return clips
        raise SpeechError("; ".join(reasons) or f"there is no voice to take over from {self._failed}")


def say(
    text: str,
    *,
    voice: str | None = None,
    speech_rate: float | None = None,
    cache_dir: CacheDir = None,
    pronounce: Mapping[str, str] | None = None,
    language: str = "en",
) -> Clip:
    """One text as a Clip, normalised, judged and conditioned like every cue of a session."""
    rate = Pacing().speech_rate if speech_rate is None else speech_rate
    with narrator_for(voice, rate, cache_dir, must_keep=False, pronounce=pronounce, language=language) as narrator:
        return narrator.speak([text])[text]


def compared(
    text: str,
    *,
    language: str = "en",
    speech_rate: float | None = None,
    cache_dir: CacheDir = None,
    pronounce: Mapping[str, str] | None = None,
) -> Iterator[tuple[str, Clip | VoiceguideError]]:
    """One text by every voice of a language on this machine, the best first: the voice, and what `say` gives for it.

    Where a voice cannot say it, the error; each is spoken when it is asked for. SpeechError where no voice speaks the
    language.
    """
    voices = available_voices(language)
    if not voices:
        raise no_voice(language)
    for voice in voices:
        try:
            clip = say(
                text,
                voice=voice.spec,
                speech_rate=speech_rate,
                cache_dir=cache_dir,
                pronounce=pronounce,
                language=language,
            )
        except VoiceguideError as error:
            yield voice.spec, error
        else:
            yield voice.spec, clip


def phonemes(
    text: str,
    *,
    voice: str | None = None,
    pronounce: Mapping[str, str] | None = None,
    language: str = "en",
) -> Phonemes:
    """What `say` would say, and no sound. Raises what it would raise for the text or the voice."""
    with narrator_for(voice, Pacing().speech_rate, pronounce=pronounce, language=language) as narrator:
        return Phonemes(narrator.engine.name, narrator.spelt(text), narrator.phonemes(text))


def export_clip(clip: Clip, text: str, path: str | Path, *, force: bool = False) -> None:
    """Write one clip to `path`, in the format of its suffix, as `Session.export` writes a session."""
    seconds = len(clip.pcm) / clip.rate_hz
    text = visible(text).strip()
    metadata = Metadata(text, "voiceguide", "", "", "en", (ChapterMark(text, 0.0, seconds),))
    export(ClipSource(clip), Path(path), metadata, force=force)


def play_clip(clip: Clip, output: str = DEFAULT_OUTPUT) -> None:
    """Play one clip and return when it has sounded; PlaybackError where there is no device."""
    open_output(output).play(ClipSource(clip))


def narrator_for(
    voice: str | None,
    speech_rate: float,
    cache_dir: CacheDir = None,
    *,
    must_keep: bool = True,
    pronounce: Mapping[str, str] | None = None,
    language: str = "en",
) -> Narrator:
    """The narrator that `plan` speaks with; to be closed. Nothing is loaded yet. UnknownNameError for an engine.

    With `must_keep` false it speaks on where clips cannot be kept, or have no place. `pronounce` are words with how
    they sound, besides the shipped ones of the `language`.
    """
    spec = voice or os.environ.get("VOICEGUIDE_VOICE") or voice_for(language)
    engine = open_engine(spec, speech_rate)
    check_language(engine, language)
    return Narrator(engine, open_store(cache_dir), must_keep=must_keep, pronounce=pronounce, language=language)


def open_store(cache_dir: CacheDir = None, limit_bytes: int | None = DEFAULT_LIMIT_BYTES) -> ClipStore:
    """The clip store in `cache_dir`, by default where `default_directory` says; a store is given back as it is.

    When a session that has spoken ends, clips that were used the longest ago go until the rest takes no more than
    `limit_bytes`; None keeps all. Where this user has no home folder the store keeps nothing, and whoever must keep
    clips gets the NoHomeError from it.
    """
    if isinstance(cache_dir, ClipStore):
        return cache_dir
    try:
        return ClipStore(Path(cache_dir) if cache_dir else default_directory(), limit_bytes)
    except NoHomeError as error:
        return HomelessStore(error)


def _report(progress: Callable[[int, int], None], length: int, frames: int) -> None:
    progress(frames, length)

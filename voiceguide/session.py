"""The composition root, and the public Python API: load, plan, render, export, play.

>>> from voiceguide import session
>>> planned = session.plan("upper-back", pacing=session.paced("gentle", countdown=3))  # doctest: +SKIP
>>> planned.duration_s, planned.chapters[1].title, planned.chapters[1].start_s  # doctest: +SKIP
>>> segment = planned.render()  # a pydub AudioSegment  # doctest: +SKIP
>>> planned.export("upper-back.mp3")  # doctest: +SKIP

No other module knows both the planning and the sound. Everything that can go wrong raises a
`voiceguide.errors.VoiceguideError`; its message names the arguments of this module.
"""

from __future__ import annotations

import contextlib
import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, get_args

from msgspec import Struct
from pydantic import ValidationError

from voiceguide.errors import (
    DataError,
    Mistake,
    RequestError,
    SettingError,
    UnspeakableError,
    VoiceguideError,
)
from voiceguide.export import exporter
from voiceguide.export.captions import FORMATS, caption_targets, timed_lines
from voiceguide.export.description import chapter_marks, clip_metadata, session_metadata
from voiceguide.export.exporter import export
from voiceguide.files.places import as_text, history_folder, known, phrases_folder, routines_folder
from voiceguide.files.whole_file import check_writable, whole_file
from voiceguide.language.phrasebook import Phrasebook
from voiceguide.library import new as library_new
from voiceguide.library.loader import Library, is_path
from voiceguide.model.choices import Words
from voiceguide.model.pacing import Pacing
from voiceguide.model.player_settings import PlayerSettings
from voiceguide.model.stretch import Stretch
from voiceguide.model.voice_choice import VoiceOfLanguage, WantedVoice
from voiceguide.model.volume import parse_volume, percentage
from voiceguide.outputs.opening import DEFAULT_OUTPUT, open_output
from voiceguide.planning.document import timeline_document
from voiceguide.planning.phrasing.wording import sentences, without_tokens
from voiceguide.planning.planner import draft, expected_s, plan_timeline, texts_to_speak
from voiceguide.planning.presets import faults_of, paced
from voiceguide.sound.arrangement import arranged, make_chimes
from voiceguide.sound.bed import BUILT_IN, NO_BED, check_bed, open_bed
from voiceguide.sound.keep_alive import KeepAliveSource
from voiceguide.sound.source import ClipSource, empty_block
from voiceguide.speech.opening import CacheDir, Understudy, narrator_for, open_store
from voiceguide.speech.voices import available_voices, no_voice
from voiceguide.units import clock, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from voiceguide.export.metadata import ChapterMark, TimedLine
    from voiceguide.history.entry import Entry
    from voiceguide.history.store import History
    from voiceguide.model.choices import Look
    from voiceguide.model.clip import Clip
    from voiceguide.model.player_settings import PlayerChanges
    from voiceguide.model.routine import Routine
    from voiceguide.model.segment import AudioSegment
    from voiceguide.model.timeline import Timeline
    from voiceguide.player.player import Player
    from voiceguide.sound.arrangement import Arrangement
    from voiceguide.sound.background import SourceWithPauses
    from voiceguide.sound.bed import Bed
    from voiceguide.sound.source import AudioSource
    from voiceguide.speech.engine import Voice
    from voiceguide.speech.narrator import Narrator

__all__ = [
    "Pacing",
    "Phonemes",
    "PlayerSettings",
    "Session",
    "VoiceOfLanguage",
    "check",
    "check_picture",
    "check_target",
    "compared",
    "export_clip",
    "history",
    "library",
    "load",
    "narrator_for",
    "new_phrases",
    "new_routine",
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
    "voices",
]


class Session(Struct, frozen=True, eq=False, dict=True):
    """A planned session: every text is spoken and placed, and nothing is mixed yet."""

    routine: Routine
    pacing: Pacing
    phrasebook: Phrasebook
    """The sentences of the session's language."""
    voice: str
    """The voice, as `ENGINE:NAME`."""
    timeline: Timeline
    """Everything that is heard, placed in frames at `timeline.rate_hz`."""
    clips: Mapping[str, Clip]
    """A clip for every spoken text of the timeline."""
    bed: Callable[[], Bed | None]
    """Opens the background. A built-in one may still be in the making; a file is read when this is called."""

    def __repr__(self) -> str:
        chapters = counted(len(self.timeline.chapters), "chapter", "chapters")
        return f"<Session {self.routine.id!r}: {clock(self.duration_s)}, {chapters}, spoken by {self.voice}>"

    @property
    def duration_s(self) -> float:
        """The length in seconds."""
        return self.timeline.duration_s

    @property
    def chapters(self) -> tuple[ChapterMark, ...]:
        """The chapters in seconds."""
        return chapter_marks(self.timeline)

    @property
    def lines(self) -> tuple[TimedLine, ...]:
        """Everything that is heard, in order and in seconds: the sentences, and tones and long pauses in brackets."""
        return timed_lines(self.timeline, self.phrasebook.captions.quiet)

    @functools.cached_property
    def source(self) -> SourceWithPauses:
        """The sound, rendered block by block: the device and every file pull this same source.

        It is mono at the timeline's rate, or stereo at 48 kHz with a bed.
        """
        return self._arrangement.source

    @functools.cached_property
    def _arrangement(self) -> Arrangement:
        return arranged(self.timeline, self.clips, self.pacing, self.bed)

    def document(self) -> dict[str, Any]:
        """The plan as plain data, format `voiceguide.timeline/1` (docs/timeline.md)."""
        return timeline_document(self.timeline, self.pacing, self.voice)

    def render(self) -> AudioSegment:
        """Render the whole session as a 16-bit pydub AudioSegment: mono at 24 kHz, 2.9 MB a minute.

        With a bed it is stereo at 48 kHz, 11.5 MB a minute.
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
        """Write the session to `path` in the format of its suffix, in constant memory, whole or not at all.

        `force` replaces existing files. `bit_rate_kbps` defaults to the usual rate of the format. `captions` (`vtt`,
        `srt`, `lrc`, `txt`) are written beside the file under the same name, each whole or not at all. `keep_alive`
        wakes a headset before the first word and fills digital silence with noise far below hearing
        (`voiceguide.sound.keep_alive`); a bed does both by itself. `progress` is called with the frames done and the
        frames in all. Raises RequestError for an unknown suffix, rate or caption format or an existing file, and
        ExportError when the file cannot be written.
        """
        captions = tuple(captions)
        check_target(path, force=force, bit_rate_kbps=bit_rate_kbps, captions=captions)
        with ThreadPoolExecutor(1, thread_name_prefix="cover") as beside:
            drawn = beside.submit(self._cover) if exporter.keeps_cover(Path(path)) else None
            # Arranging the sound meanwhile leaves a core free.
            report = functools.partial(_report, progress, self.source.length) if progress else None
            draw = drawn.result if drawn else bytes
            metadata = session_metadata(self.timeline, self.routine, self.pacing, self.phrasebook, self.voice, draw)
            source = self._kept_awake() if keep_alive and self.source.channels == 1 else self.source
            export(source, Path(path), metadata, force=force, bit_rate_kbps=bit_rate_kbps, progress=report)
        for name, target in caption_targets(Path(path), captions).items():
            with whole_file(target, force=force) as file:
                file.write(FORMATS[name](metadata).encode())

    def picture(self, path: str | Path, *, force: bool = False) -> None:
        """Draw the timeline to `path`, a .png or .svg 1200 pixels wide, whole or not at all.

        `force` replaces an existing file. Raises RequestError and ExportError, as `export` does.
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


class Phonemes(Struct, frozen=True):
    """How a voice says a text."""

    engine: str
    spelt: str
    """The text as the engine receives it: numbers in words, words respelt as they sound."""
    sounds: str | None
    """The phonemes on one line, in the engine's own notation; None if the engine cannot show them."""


def check_target(
    path: str | Path, *, force: bool = False, bit_rate_kbps: int | None = None, captions: Iterable[str] = ()
) -> None:
    """Raise before any work is done if `Session.export` would refuse these arguments."""
    exporter.check_target(Path(path), force=force, bit_rate_kbps=bit_rate_kbps)
    for target in caption_targets(Path(path), captions).values():
        check_writable(target, force=force)


def check_picture(path: str | Path, *, force: bool = False) -> None:
    """Raise before any work is done if a picture could not be written to `path`."""
    from voiceguide.picture import files

    files.check_picture(Path(path), force=force)


def voices(language: str | None = None) -> list[Voice]:
    """The voices that work on this machine, or those that speak a language, the best first."""
    return available_voices(language)


def new_routine(name: str, language: str = "en") -> Path:
    """Write a commented routine of the user's own, in a language, that works at once; return its path.

    Raises RequestError for a name that cannot be used, and ExportError when the file cannot be written.
    """
    return library_new.new_routine(name, known(routines_folder(), "routines of your own"), language)


def new_phrases(language: str) -> Path:
    """Write the sentences around the stretches, for the user to translate into `language`, and return the path.

    Raises RequestError for a language that cannot be used, and ExportError when the file cannot be written.
    """
    return library_new.new_phrases(language, known(phrases_folder(), "phrases of your own"))


def library(language: str | None = None, pronounce: Mapping[str, str] | None = None) -> Library:
    """Open the shipped data and the user's own in one language, by default each routine in its own language.

    Raises RequestError for a language without words.
    """
    return Library(language, own=routines_folder(), own_phrases=phrases_folder(), pronounce=pronounce)


def load(routine: str, language: str | None = None) -> Routine:
    """Load a routine by its id or from a `.toml` file. `language` (`de`) defaults to the routine's own, or English.

    Raises UnknownNameError with the nearest ids, or DataError with every mistake of the file.
    """
    return library(language).routine(routine)


def check(path: str | Path, *, voice: WantedVoice = None, pronounce: Mapping[str, str] | None = None) -> str:
    """Check a file of the user's own, and describe it: "a routine, Evening: 4 stretches".

    Every text is checked as `plan` would have `voice` speak it, with the words of `pronounce` respelt; nothing is
    spoken. Raises DataError with every mistake, and RequestError for a file that cannot be read.
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
    # A sentence composed of several texts may be too long although none of them is.
    for words in get_args(Words):
        if why := _objection(narrator, texts_to_speak(found, paced(words=words), data.phrasebook_of(found))):
            raise DataError([Mistake(Path(path), None, "", why)])
    return f"a routine, {found.title}: {counted(len(found.items), 'stretch', 'stretches')}"


def _objection(narrator: Narrator, texts: Iterable[str]) -> str | None:
    """Say why one of the texts cannot be spoken. For this the narrator loads nothing and needs no closing."""
    try:
        narrator.check(texts)
    except UnspeakableError as error:
        return str(error)
    return None


@contextlib.contextmanager
def _located(
    data: Library, routine: str | Routine, voice: WantedVoice, pronounce: Mapping[str, str] | None
) -> Iterator[None]:
    """Report an unspeakable text of the user's own with its file and line, as `check` does."""
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
    voice: WantedVoice = None,
    language: str | None = None,
    cache_dir: CacheDir = None,
    pronounce: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    prepare_sound: bool = True,
) -> Session:
    """Plan a session: phrase it, speak what has not been spoken before, and place it.

    `voice` is `ENGINE:NAME`, by default VOICEGUIDE_VOICE or the best voice for the language. `language` is the language
    of the words, by default the routine's own, or English. `cache_dir` is where clips are kept. `pronounce` holds words
    and how to pronounce them, as in `[pronounce]` of the configuration; those of the routine take precedence.
    `progress` is called with the clips done and the clips in all when something has to be spoken. With `prepare_sound`
    the chimes and the bed are made meanwhile; otherwise they are made when they are needed. Raises RequestError,
    SpeechError and StoreError.
    """
    data = library(language, pronounce)
    chosen = data.routine(routine) if isinstance(routine, str) else routine
    book = data.phrasebook_of(chosen)
    pacing = (pacing or Pacing()).of_routine(sleep=chosen.sleep)
    check_bed(pacing.bed)
    clips: dict[str, Clip] = {}
    bed = _bed_for(chosen, pacing, book)
    if prepare_sound:
        # They run mostly outside of the interpreter lock, which planning holds, and only the sound waits for them.
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
    """A function that opens the bed of a session; a file is read only as far as the session needs it."""
    if pacing.bed in {NO_BED, *BUILT_IN}:
        return functools.partial(open_bed, pacing.bed)
    return functools.partial(open_bed, pacing.bed, expected_s(routine, pacing, book))


@contextlib.contextmanager
def player(  # noqa: PLR0913 -- what a session depends on
    routine: str | Routine,
    *,
    pacing: Pacing | None = None,
    voice: WantedVoice = None,
    language: str | None = None,
    cache_dir: CacheDir = None,
    pronounce: Mapping[str, str] | None = None,
    playing: PlayerSettings | None = None,
    entry: Entry | None = None,
) -> Iterator[Player]:
    """A player for a session, ready to `run`: its first sentences have been spoken, or its voice is loaded.

    The rest is spoken while it plays. `entry` resumes a session of the history: with its pacing, at its position, and
    in its voice unless `voice` is given. The history records the position as it plays. Raises RequestError, SpeechError
    and StoreError; `run` raises PlaybackError.
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

        def open_narrator(spec: WantedVoice) -> Narrator:
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
            [narrator.speak, Understudy(spec, chosen.language, open_narrator)],
            settings=playing,
            start_frame=entry_frame(score.timeline, entry) if entry else 0,
            note=noting(_history(), name, spec) if history_folder() else lambda _player: False,
            voice_name=spec,
        )


def play(  # noqa: PLR0913 -- what `player` takes, and how it is shown
    routine: str | Routine,
    *,
    pacing: Pacing | None = None,
    voice: WantedVoice = None,
    language: str | None = None,
    cache_dir: CacheDir = None,
    pronounce: Mapping[str, str] | None = None,
    playing: PlayerSettings | None = None,
    entry: Entry | None = None,
    look: Look = "auto",
) -> None:
    """Play a session to its end, controlled by keys, media keys and other remotes, and show its progress.

    Call this from the main thread. `look` is `auto` (a live display in a terminal), `plain` (plain lines) or `none`.
    The other arguments and the errors are those of `player`.
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


def played(playing: PlayerSettings | None = None, **changes: Unpack[PlayerChanges]) -> PlayerSettings:
    """Change single settings of `playing`, by default of the built-in ones; None leaves a setting as it is.

    `volume` may be written as people write it: `50%`, or `+10%` for a change of the volume of `playing`. Raises
    SettingError with every setting that is out of its range.
    """
    playing = playing or PlayerSettings()
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
    """The sessions that were played, newest first."""
    return _history().entries()


def unfinished(routine: str | None = None) -> Entry:
    """The last session that was not played to its end, for `play(entry=...)`. Raises RequestError if there is none."""
    return _history().unfinished(None if routine is None else _remembered(routine))


def _history() -> History:
    from voiceguide.history.store import History

    return History(known(history_folder(), "the history"))


def _remembered(routine: str) -> str:
    """The name of a routine that still finds it from another folder: an id or an absolute path.

    The history cannot hold a path that is not UTF-8: the address of the file replaces it.
    """
    if not is_path(routine) and as_text(routine) == routine:
        return routine
    return as_text(str(library().routine_path(routine).absolute()))


def say(
    text: str,
    *,
    voice: WantedVoice = None,
    speech_rate: float | None = None,
    cache_dir: CacheDir = None,
    pronounce: Mapping[str, str] | None = None,
    language: str = "en",
) -> Clip:
    """Speak one text. The clip is normalised, checked and conditioned like every cue of a session."""
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
    """Speak one text with every voice of a language on this machine, the best first.

    Yields each voice with its clip, or with the error of a voice that cannot say the text; each clip is spoken when it
    is asked for. Raises SpeechError if no voice speaks the language.
    """
    found = available_voices(language)
    if not found:
        raise no_voice(language)
    for voice in found:
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
    voice: WantedVoice = None,
    pronounce: Mapping[str, str] | None = None,
    language: str = "en",
) -> Phonemes:
    """How `say` would say a text, without speaking it. Raises what `say` would raise for the text or the voice."""
    with narrator_for(voice, Pacing().speech_rate, pronounce=pronounce, language=language) as narrator:
        return Phonemes(narrator.engine.name, narrator.spelt(text), narrator.phonemes(text))


def export_clip(clip: Clip, text: str, path: str | Path, *, language: str = "en", force: bool = False) -> None:
    """Write one clip to `path` in the format of its suffix, as `Session.export` writes a session.

    Its tags name the `language` of the text.
    """
    export(ClipSource(clip), Path(path), clip_metadata(clip, text, language), force=force)


def play_clip(clip: Clip, output: str = DEFAULT_OUTPUT) -> None:
    """Play one clip, and return when it has sounded. Raises PlaybackError if there is no device."""
    open_output(output).play(ClipSource(clip))


def _report(progress: Callable[[int, int], None], length: int, frames: int) -> None:
    progress(frames, length)

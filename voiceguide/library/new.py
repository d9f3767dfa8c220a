"""Writes files for the user to start from: a routine, or the phrasebook of a language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from voiceguide.errors import ExportError, RequestError, reason
from voiceguide.files.held_folder import HeldFolder
from voiceguide.files.whole_file import clear_stale, replacing_in
from voiceguide.library.words import DATA, FIRST_LANGUAGE, languages
from voiceguide.model.base import IDENTIFIER_PATTERN, LANGUAGE_PATTERN, MAX_IDENTIFIER_CHARS

if TYPE_CHECKING:
    from pathlib import Path

_OWN_MODE: Final = 0o700
"""The mode of folders with the user's own files, as the XDG base directory specification asks."""
_MOST_NUMBERS: Final = 61
_NUMBERS: Final = re.compile(r"^numbers = \[.*?^\]\n", re.MULTILINE | re.DOTALL)


def new_routine(name: str, folder: Path, language: str = FIRST_LANGUAGE) -> Path:
    """Write a commented routine file that works at once, in `language`, and return its path.

    Raises RequestError if the name is not an id or belongs to a shipped routine, if the language has no template, or if
    the file exists. Raises ExportError if the file cannot be written: the disk is full, or the folder is read-only or
    belongs to somebody else.
    """
    if len(name) > MAX_IDENTIFIER_CHARS or not re.fullmatch(IDENTIFIER_PATTERN, name):
        message = (
            f"{name[:MAX_IDENTIFIER_CHARS]!r} cannot name a routine: use lower-case letters, digits and hyphens, "
            f"{MAX_IDENTIFIER_CHARS} at most, as in my-evening"
        )
        raise RequestError(message)
    if (DATA / FIRST_LANGUAGE / "routines" / f"{name}.toml").exists():
        message = f"{name} is a shipped routine, which one of your own would hide: choose another name, as in my-{name}"
        raise RequestError(message)
    title = name.replace("-", " ").capitalize()
    templates = {path.parent.name: path for path in sorted(DATA.glob("*/new-routine.toml"))}
    if language not in templates:
        message = (
            f"there is no routine to start from in {language!r}: there is one in {', '.join(templates)}. "
            "`language='en'` writes one to translate"
        )
        raise RequestError(message)
    template = templates[language].read_text(encoding="utf-8")
    schema = (DATA / "schema" / "routine.schema.json").as_uri()
    text = template.replace("@id@", name).replace("@title@", title).replace("@schema@", schema)
    return _written(folder, f"{name}.toml", text)


def new_phrases(language: str, folder: Path) -> Path:
    """Write the sentences around the stretches for translation into `language`, and return the path of the file.

    The number words are those of the language if num2words knows it. Raises RequestError if `language` is not a
    two-letter code, if the language is shipped or if the file exists; ExportError if the file cannot be written.
    """
    if not re.fullmatch(LANGUAGE_PATTERN, language):
        message = f"{language!r} is not a language code: use two small letters (ISO 639-1), as in fr"
        raise RequestError(message)
    if language in languages():
        message = f"{language} is shipped already: `language={language!r}` speaks it"
        raise RequestError(message)
    text = (DATA / FIRST_LANGUAGE / "phrases.toml").read_text(encoding="utf-8")
    text = text.replace('language = "en"\nname = "English"\n', f'language = "{language}"\nname = "{language}"\n')
    text = _NUMBERS.sub(lambda found: _numbers(language) or found[0], text)
    schema = (DATA / "schema" / "phrases.schema.json").as_uri()
    head = (
        f"#:schema {schema}\n"
        f'# Translate what stands in quotes; braces stay. Then write `language = "{language}"` into a routine of your\n'
        "# own, whose stretches are written in full under [[stretches]]. `voiceguide check` reads this file, too.\n"
    )
    return _written(folder, f"{language}.toml", head + text)


def _numbers(language: str) -> str:
    """The number words of a language as a phrasebook has them, or an empty text if num2words does not know it."""
    from num2words import num2words

    try:
        words = [str(num2words(number, lang=language)) for number in range(_MOST_NUMBERS)]
    except NotImplementedError:
        return ""
    lines = "".join(f'    "{word}",\n' for word in words)
    return f"numbers = [\n{lines}]\n"


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    try:
        with HeldFolder.made(folder, _OWN_MODE) as held:
            clear_stale(held, name)
            with replacing_in(held, name, mode=0o666, durable=True, force=False) as file:
                file.write(text.encode())
    except FileExistsError as error:
        message = f"{path} is there already: edit it, or choose another name"
        raise RequestError(message) from error
    except OSError as error:
        message = f"{path} was not written: {reason(error)}"
        raise ExportError(message) from error
    return path

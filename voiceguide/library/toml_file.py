"""Reads a TOML file into a model, and reports every mistake by file, line and field."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from voiceguide.errors import DataError, Mistake, RequestError
from voiceguide.files.held_folder import read_file
from voiceguide.library.toml_lines import field_lines
from voiceguide.model.complaints import complaint
from voiceguide.model.stretch import MODES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from voiceguide.library.toml_lines import Field

MAX_BYTES: Final = 500_000
"""A routine of a thousand stretches is far smaller."""

MAX_LINE_CHARS: Final = 5_000
"""A spoken text has 300 at most."""
MAX_LINE_DOTS: Final = 60
"""A key of many parts, `a.a.a`, costs the TOML parser their square in memory: 26 MB for 2,500 (measured)."""
_UNION_TAGS: Final = frozenset(("movement", mode) for mode in MODES)
"""Pairs of parts in a location of pydantic whose second part is the branch of a union."""

_OF_A_KEY: Final = "[key]"
"""What pydantic adds to a location if the key of a table is wrong, rather than its value."""

_AT_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")

M = TypeVar("M", bound=BaseModel)


def read_model(path: Path, model: type[M]) -> M:
    """The file at `path` as a `model`.

    Raises RequestError if the file cannot be read, DataError with every mistake in it.
    """
    data, lines = read_toml(path)
    return validated(path, data, model, lines)


def read_toml(path: Path) -> tuple[dict[str, Any], Mapping[Field, int]]:
    """The data of a TOML file, and the line of each of its fields."""
    text = _read(path)
    for number, written in enumerate(text.split("\n"), start=1):
        if len(written) > MAX_LINE_CHARS:
            message = f"longer than {MAX_LINE_CHARS:,} characters: no line needs to be"
            raise DataError([Mistake(path, number, "", message)])
        if written.count(".") > MAX_LINE_DOTS:
            message = f"more than {MAX_LINE_DOTS} dots: no key and no sentence needs them"
            raise DataError([Mistake(path, number, "", message)])
    try:
        return tomllib.loads(text), field_lines(text)
    except tomllib.TOMLDecodeError as error:
        where = _AT_LINE.search(str(error))
        line = int(where[1]) if where and where[1] else text.count("\n") + 1
        reason = _AT_LINE.sub("", str(error)).strip()
        raise DataError([Mistake(path, line, "", f"not valid TOML: {reason}")]) from error
    except RecursionError as error:
        raise DataError([Mistake(path, None, "", "not valid TOML: nested too deeply")]) from error
    except ValueError as error:  # Python refuses a number with thousands of digits
        raise DataError([Mistake(path, None, "", "not valid TOML: a number is too long")]) from error


def validated(path: Path, data: Mapping[str, Any], model: type[M], lines: Mapping[Field, int], below: Field = ()) -> M:
    """`data` as a `model`; it stands in the file `path` under the field `below`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise DataError([_mistake(path, lines, below, details, model) for details in error.errors()]) from error


def _read(path: Path) -> str:
    try:
        data = read_file(path, MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            message = f"{path} is larger than {MAX_BYTES:,} bytes: no routine is"
            raise RequestError(message)
        text = data.decode("utf-8").removeprefix("\ufeff")  # some editors begin UTF-8 with a byte order mark
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 text (byte {error.start})"
        raise RequestError(message) from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise RequestError(message) from error
    except ValueError as error:
        message = f"{str(path)!r} cannot name a file"
        raise RequestError(message) from error


def _mistake(
    path: Path, lines: Mapping[Field, int], below: Field, details: ErrorDetails, model: type[BaseModel]
) -> Mistake:
    # Without the names of union branches: the file has no such fields.
    location: Field = (*below, *details["loc"])
    named = tuple(
        part for before, part in pairwise(("", *location)) if (before, part) not in _UNION_TAGS and part != _OF_A_KEY
    )
    return mistake_at(path, lines, named, complaint(details, model))


def mistake_at(path: Path, lines: Mapping[Field, int], field: Field, message: str) -> Mistake:
    """A mistake in `field`, at its line, or at the line of the nearest field around it that has one."""
    known = (field[:length] for length in range(len(field), 0, -1) if field[:length] in lines)
    dotted = ".".join(str(part + 1) if isinstance(part, int) else part for part in field)
    return Mistake(path, lines.get(next(known, ()), 1), dotted, message)

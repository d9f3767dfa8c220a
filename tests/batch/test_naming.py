"""File names that stay in their folder, whatever text they are made from."""

from __future__ import annotations

import ntpath
import os
import sys
import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide.batch.naming import (
    MAX_STEM_BYTES,
    PLACEHOLDERS,
    check_template,
    collision_key,
    file_stem,
    length_name,
    safe_stem,
)

HOSTILE = [
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "\\\\host\\share",
    "C:x",
    "a\0b",
    "\uff0fetc",
    "\u2024\u2024/x",
    "CON",
    "nul.txt",
]
ANYTHING = st.one_of(st.text(), st.sampled_from(HOSTILE), st.text(alphabet="./\\ -\0:COMNUL1²\u202e\ud800é"))


def reserved(name: str) -> bool:
    """Return whether Windows reserves the name."""
    if sys.version_info >= (3, 13):
        return ntpath.isreserved(name)
    return PureWindowsPath(name).is_reserved()


def assert_plain(stem: str) -> None:
    """Check that the stem names a visible file directly inside its folder on any system."""
    name = f"{stem}.mp3"
    assert Path("/out", name).resolve() == Path("/out") / name
    assert os.sep not in name
    assert PureWindowsPath("C:/out", name).parts == ("C:\\", "out", name)
    assert PureWindowsPath(name).drive == ""
    assert not reserved(name)
    assert not name.startswith(".")
    assert stem == stem.strip(" .")
    assert all(ch.isprintable() for ch in name)
    assert len(stem.encode()) <= MAX_STEM_BYTES
    assert unicodedata.is_normalized("NFC", name)


@given(ANYTHING)
def test_any_text_becomes_a_plain_name_or_none(text: str) -> None:
    stem = safe_stem(text)
    if stem:
        assert_plain(stem)
        assert safe_stem(stem) == stem


@given(ANYTHING, st.fixed_dictionaries(dict.fromkeys(PLACEHOLDERS, ANYTHING)))
def test_whatever_a_template_is_filled_with(template: str, values: dict[str, str]) -> None:
    try:
        check_template(template)
    except ValueError:
        return
    if stem := file_stem(template, values):
        assert_plain(stem)


@given(st.fixed_dictionaries(dict.fromkeys(PLACEHOLDERS, ANYTHING)))
def test_placeholders_in_what_is_filled_in_are_only_text(values: dict[str, str]) -> None:
    stem = file_stem("a{routine}", {**values, "routine": "{title}", "title": "secret"})
    assert stem == "a-title"


@pytest.mark.parametrize("template", ["a/b", "a\\b", "{rutine}", "{routine", "routine}", "{}", "{routine.id}", "{0}"])
def test_templates_that_cannot_be_meant(template: str) -> None:
    with pytest.raises(ValueError, match=r"no folder in it|unknown placeholder"):
        check_template(template)


def test_what_names_look_like() -> None:
    assert safe_stem("hibari:heart") == "hibari-heart"
    assert safe_stem("Für den Rücken (kurz)") == "Für den Rücken (kurz)"
    assert safe_stem("  ...hidden ") == "hidden"
    assert safe_stem("con") == "_con"
    assert safe_stem("Com1.backup") == "_Com1.backup"
    assert safe_stem("???") == ""
    assert safe_stem("ä" * 200) == "ä" * 60
    assert [length_name(s) for s in (600, 3900, 570, 90.5, 3600)] == ["10m", "1h5m", "9m30s", "1m30.5s", "1h"]


def test_names_that_some_file_system_takes_for_one_are_one() -> None:
    assert collision_key("A.mp3") == collision_key("a.MP3")
    assert collision_key("é.mp3") == collision_key("é.mp3")

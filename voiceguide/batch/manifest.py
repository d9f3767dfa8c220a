"""The manifest file: defaults, and sessions whose lists multiply.

`python -m voiceguide.batch.manifest` writes its JSON Schema.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, create_model

from voiceguide.batch.naming import check_template
from voiceguide.config import Readable, optional_knobs, or_mistake
from voiceguide.library.schema import write_schema
from voiceguide.model.base import Language, Model, Text
from voiceguide.model.choices import Pace
from voiceguide.planning.presets import parse_length

MAX_JOBS: Final = 5_000
"""A clinic with fifty routines, ten voices and three paces in three formats has 4,500 files."""
_MAX_ENTRIES: Final = 500
_MULTIPLIED: Final = frozenset({"pace", "length_s"})
"""Settings of Pacing that an entry holds as lists, under `paces` and `lengths`."""

Length = Annotated[float, BeforeValidator(partial(or_mistake, parse_length))]


def _as_written(schema: dict[str, Any]) -> None:
    """Breaths and lengths may be written as texts, which become numbers."""
    written = {"type": "string"}
    schema["properties"]["breath"]["anyOf"].insert(0, written)
    schema["properties"]["lengths"]["anyOf"][0]["items"] = {"anyOf": [written, {"type": "number"}]}


class _Entry(Readable):
    """One `[[sessions]]` table: it asks for every combination of its lists."""

    model_config = ConfigDict(json_schema_extra=_as_written)

    routines: Annotated[list[Text], Field(min_length=1, max_length=200)] | None = None
    """Ids, paths of .toml files relative to the manifest, or `*` for every routine that `list` shows."""
    language: Language | None = None
    """Language of the words, in two letters; by default each routine's own."""
    voices: Annotated[list[Text], Field(min_length=1, max_length=100)] | None = None
    paces: Annotated[list[Pace], Field(min_length=1, max_length=3)] | None = None
    lengths: Annotated[list[Length], Field(min_length=1, max_length=50)] | None = None
    formats: Annotated[list[Text], Field(min_length=1, max_length=10)] | None = None
    """Suffixes, such as mp3."""
    name: Annotated[Text, AfterValidator(check_template)] | None = None
    """Name of the file without its suffix, with placeholders."""
    captions: Annotated[list[Text], Field(max_length=10)] | None = None
    bitrate: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Bit rate in kbit/s."""


Entry = create_model("Entry", __base__=_Entry, **optional_knobs(_MULTIPLIED))
"""Adds every other setting of Pacing, each optional."""


class Manifest(Model):
    """A manifest. The defaults apply to every entry that does not say otherwise."""

    defaults: Entry = Entry()
    sessions: Annotated[list[Entry], Field(min_length=1, max_length=_MAX_ENTRIES)]


if __name__ == "__main__":
    write_schema("batch", Manifest)

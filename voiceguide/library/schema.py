"""JSON Schemas of the data files, generated from the models, so that editors can complete and check them.

`python -m voiceguide.library.schema` writes them; a test checks that they are current.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voiceguide.language.phrasebook import Phrasebook
from voiceguide.model.pronounce import PronounceFile
from voiceguide.model.routine import RoutineFile
from voiceguide.model.stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

FOLDER: Final = Path(__file__).parent / "schema"
MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "stretch": Stretch,
    "routine": RoutineFile,
    "phrases": Phrasebook,
    "pronounce": PronounceFile,
}


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model, by the 2020-12 draft."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}


def write_schemas() -> None:
    """Write every schema into the package."""
    for name, model in MODELS.items():
        write_schema(name, model)


def write_schema(name: str, model: type[BaseModel]) -> None:
    """Write one schema into the package. Rooms above this one call it for their own files."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(schema_of(model), indent=2, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas()

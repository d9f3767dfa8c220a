"""Voices for piper that are small enough to be made by a test: one that works, and some that nobody should trust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Callable

PIPER_RATE_HZ = 16_000
FRAMES_PER_ID = 400


def save_piper_voice(folder: Path) -> Path:
    """Write a voice in piper's format: a 220 Hz tone, FRAMES_PER_ID for each phoneme id, with a little noise."""
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    def constant(name: str, value: object, dtype: type) -> onnx.TensorProto:
        return numpy_helper.from_array(np.array(value, dtype=dtype), name)

    turn = 2 * np.pi * 220 / PIPER_RATE_HZ
    graph = helper.make_graph(
        [
            helper.make_node("Split", ["scales"], ["noise_scale", "length_scale", "noise_w"], axis=0, num_outputs=3),
            helper.make_node("Cast", ["input_lengths"], ["ids"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["ids", "length_scale"], ["units"]),
            helper.make_node("Mul", ["units", "frames_per_id"], ["frames_1"]),
            helper.make_node("Squeeze", ["frames_1"], ["frames"]),
            helper.make_node("Range", ["zero", "frames", "one"], ["times"]),
            helper.make_node("Mul", ["times", "turn"], ["phases"]),
            helper.make_node("Sin", ["phases"], ["tone"]),
            helper.make_node("RandomNormalLike", ["tone"], ["noise_1"], mean=0.0, scale=0.01),
            helper.make_node("Mul", ["noise_1", "noise_scale"], ["noise"]),
            helper.make_node("Mul", ["tone", "amplitude"], ["voiced"]),
            helper.make_node("Add", ["voiced", "noise"], ["sound"]),
            helper.make_node("Reshape", ["sound", "shape"], ["output"]),
        ],
        "tone",
        [
            helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "time"])],
        [
            constant("frames_per_id", [FRAMES_PER_ID], np.float32),
            constant("zero", 0.0, np.float32),
            constant("one", 1.0, np.float32),
            constant("turn", turn, np.float32),
            constant("amplitude", 0.5, np.float32),
            constant("shape", [1, 1, 1, -1], np.int64),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    path = folder / "tone.onnx"
    onnx.save(model, path)
    config = {
        "audio": {"sample_rate": PIPER_RATE_HZ},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1.25, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": 1,
    }
    Path(f"{path}.json").write_text(json.dumps(config), encoding="utf-8")
    return path


def describe(voice: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the description of a voice."""
    path = Path(f"{voice}.json")
    description = json.loads(path.read_text("utf-8"))
    change(description)
    path.write_text(json.dumps(description), "utf-8")


def save_endless_voice(folder: Path, *, growing: bool) -> Path:
    """Write a voice whose model loops for ever, and takes ever more memory if `growing`."""
    much = ["much", "much"]
    step = helper.make_node("Concat", much, ["more"], axis=0) if growing else helper.make_node("Add", much, ["more"])
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going"], ["going_on"]),
            step,
        ],
        "round",
        [
            helper.make_tensor_value_info("number", TensorProto.INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("much", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("going_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("more", TensorProto.FLOAT, None),
        ],
    )
    return save_model(
        folder,
        [
            helper.make_node("Cast", ["input_lengths"], ["ids"], to=TensorProto.FLOAT),
            helper.make_node("Loop", ["", "always", "ids"], ["all"], body=body),
            helper.make_node("Reshape", ["all", "shape"], ["output"]),
        ],
        [
            numpy_helper.from_array(np.array(True), "always"),
            numpy_helper.from_array(np.array([1, 1, 1, -1], np.int64), "shape"),
        ],
    )


def save_borrowing_voice(folder: Path, from_file: str) -> Path:
    """Write a voice whose model says that its sound lies in another file."""
    borrowed = numpy_helper.from_array(np.zeros((1, 1, 1, 8), np.float32), "borrowed")
    borrowed.ClearField("raw_data")
    borrowed.data_location = TensorProto.EXTERNAL
    for key, value in (("location", from_file), ("offset", "0"), ("length", "32")):
        borrowed.external_data.add(key=key, value=value)
    return save_model(folder, [helper.make_node("Identity", ["borrowed"], ["output"])], [borrowed])


def save_model(folder: Path, nodes: list[onnx.NodeProto], constants: list[onnx.TensorProto]) -> Path:
    """Write a voice with the description of `save_piper_voice` and a model of its own."""
    path = save_piper_voice(folder)
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "time"])]
    graph = helper.make_graph(nodes, "voice", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path

"""The limit that an MP3 export is held against: LAME alone, one thread, on samples that are there already.

`python -m benchmarks.lame_limit SESSION.wav` prints the seconds that encoding and flushing took, without the
start of the interpreter and without reading the file.
"""

from __future__ import annotations

import sys
import time
import wave

import lameenc

BIT_RATE_KBPS = 64
QUALITY = 5


def encoding_s(wav_path: str) -> float:
    """Seconds to encode a mono 16-bit WAV at a constant bit rate."""
    with wave.open(wav_path, "rb") as reader:
        rate_hz = reader.getframerate()
        pcm = reader.readframes(reader.getnframes())
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(BIT_RATE_KBPS)
    encoder.set_in_sample_rate(rate_hz)
    encoder.set_out_sample_rate(rate_hz)
    encoder.set_channels(1)
    encoder.set_quality(QUALITY)
    started_s = time.perf_counter()
    encoder.encode(pcm)
    encoder.flush()
    return time.perf_counter() - started_s


if __name__ == "__main__":
    print(encoding_s(sys.argv[1]))

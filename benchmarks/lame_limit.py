"""The limit that an MP3 export is compared with: LAME alone, in one thread, on samples that exist already.

`python -m benchmarks.lame_limit SESSION.wav TARGET.mp3` reads, encodes and writes, and imports nothing else. It
prints how many seconds encoding and flushing took.
"""

from __future__ import annotations

import sys
import time
import wave

import lameenc

BIT_RATE_KBPS = 64
QUALITY = 5


def encode(wav_path: str, target: str) -> float:
    """Encode a 16-bit WAV at a constant bit rate; return the seconds that LAME took."""
    with wave.open(wav_path, "rb") as reader:
        rate_hz, channels = reader.getframerate(), reader.getnchannels()
        pcm = reader.readframes(reader.getnframes())
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(BIT_RATE_KBPS)
    encoder.set_in_sample_rate(rate_hz)
    encoder.set_out_sample_rate(rate_hz)
    encoder.set_channels(channels)
    encoder.set_quality(QUALITY)
    started_s = time.perf_counter()
    encoded = encoder.encode(pcm) + encoder.flush()
    took_s = time.perf_counter() - started_s
    with open(target, "wb") as file:  # noqa: PTH123 -- pathlib costs 5 ms of start-up
        file.write(encoded)
    return took_s


if __name__ == "__main__":
    print(encode(*sys.argv[1:]))

"""MP3 at a constant bit rate: LAME at work in parallel, and frames that are used again instead of encoded again."""

"""Frozen data that flows through the house; no behaviour beyond checking itself.

Authored data (`stretch`, `routine`, `phrasebook`, `pacing`) are pydantic models, because people
write them and deserve good errors. What the program makes (`script`, `clip`, `timeline`) are structs
of msgspec, as every other record in the house, because there are many of them: a frozen dataclass takes 15 times as
long to define, which every start of the program pays for (measured: 0.3 ms each, and a start needs sixty).
"""

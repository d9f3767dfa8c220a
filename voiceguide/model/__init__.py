"""Frozen data that flows through the program; it checks itself and does nothing else.

Authored data (`stretch`, `routine`, `pacing`) are pydantic models, because people write them and deserve good errors.
What the program makes (`script`, `clip`, `timeline`) are msgspec structs, like every other record in the program: a
frozen dataclass takes 15 times as long to define, and every start pays for that (measured: 0.3 ms each, and a start
needs sixty).
"""

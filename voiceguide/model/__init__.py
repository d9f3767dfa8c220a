"""Frozen data that flows through the house; no behaviour beyond checking itself.

Authored data (`stretch`, `routine`, `phrasebook`, `pacing`) are pydantic models, because people
write them and deserve good errors. What the program makes (`script`, `clip`, `timeline`) are slotted
dataclasses, because there are many of them.
"""

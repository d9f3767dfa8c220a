"""From a Routine and a Pacing to a Timeline, in two halves.

`phrasing` decides what is said and how long each movement lasts (a Script, without times); `scheduling` places it
once the length of every clip is known. `fitting` chooses doses and rests that meet an exact length. All are pure.
"""

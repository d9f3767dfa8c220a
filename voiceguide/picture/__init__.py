"""A Timeline as a picture: one layout, made of a few kinds of shape, and a renderer for each format.

`layout` decides where everything goes and is pure; `svg` and `png` know nothing of a Timeline.
"""

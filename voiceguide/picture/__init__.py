"""A Timeline as a picture: one layout of a few kinds of shape, and a renderer for each format.

`layout` is pure, and decides where everything goes; `svg` and `png` draw shapes and know nothing of a Timeline.
"""

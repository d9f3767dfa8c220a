"""The stretches, routines and phrases of every language, in `<code>/`, and the code that loads them."""

"""Fitting: doses and rests that make a session last exactly as long as asked, and what to say where none do."""

"""Fitting: doses and rests that make a session last exactly as long as asked, or the lengths that are possible."""

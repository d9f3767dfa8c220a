"""`voiceguide ctl`: control from another terminal, through a local socket that only the same user may open."""

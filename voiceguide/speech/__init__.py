"""From texts to clips: engines behind one face, a quality gate, conditioning, and the clip store."""

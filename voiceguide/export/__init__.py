"""From an AudioSource to a file: encoders, chapters, tags and captions. A file appears whole or not at all."""

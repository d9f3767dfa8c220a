"""From an AudioSource to a file: encoders, chapters and tags; the file appears whole or not at all."""

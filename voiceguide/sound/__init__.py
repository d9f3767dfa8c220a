"""Sound as numbers: tones, loudness, the limiter, ducking, and the mixer that renders a Timeline."""

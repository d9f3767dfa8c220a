"""Sound as numbers: tones, beds, loudness, the limiter, ducking, and the mixer that renders a Timeline."""

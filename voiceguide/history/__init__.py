"""What was played when, and how far it came: one small file for each session."""

"""The stretch data and its loader: `en/phrases.toml`, `en/stretches/*.toml`, `en/routines/*.toml`."""

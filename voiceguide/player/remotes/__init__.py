"""Ways to control the player: keys, media keys, another terminal. A remote knows LiveSession, and no other remote."""

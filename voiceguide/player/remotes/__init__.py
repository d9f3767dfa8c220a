"""Ways to control the player: keys, media keys, another terminal. A remote knows `Controls` and no other remote."""

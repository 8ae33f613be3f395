"""One person at one terminal: what the screens ask for, on the one thread that owns the database."""

"""A simulator: the real engine on a table in memory, driven step by step through every order of events."""

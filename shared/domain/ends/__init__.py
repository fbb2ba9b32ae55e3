"""Tasks with two ends: assignments, the messages between the ends, and connections."""

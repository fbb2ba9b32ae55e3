"""What follows from a change: the table's stream to the engine."""

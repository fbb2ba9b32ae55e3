"""What the world hears of a change: the table's stream to the event bus and the queue counters."""

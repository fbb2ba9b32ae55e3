"""What queues and statistics count."""

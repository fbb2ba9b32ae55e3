"""The table: reads, and plans written as one transaction."""

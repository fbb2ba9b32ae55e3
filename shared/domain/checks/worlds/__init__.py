"""Small cases in memory, in which the checker lets the real decision play whatever can happen."""

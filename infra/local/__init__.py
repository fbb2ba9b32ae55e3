"""The whole stack on a laptop, and the command line."""

"""The stack that is deployed, and what runs it on a laptop."""

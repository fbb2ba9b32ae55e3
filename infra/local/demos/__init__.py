"""The demos: one module tells one story; the stage is where people act and what they do is told."""

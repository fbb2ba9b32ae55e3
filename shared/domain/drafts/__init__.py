"""A task on its way to its next version: how it begins, whose it is, where it is listed."""

"""Workflow files: read, checked, and written in the form that the functions load."""

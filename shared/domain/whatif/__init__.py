"""What if: the history of a case, judged by another version of its workflow."""

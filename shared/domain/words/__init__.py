"""The vocabulary of workflow files: each word is one function."""

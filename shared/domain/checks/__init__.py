"""The rules by which `verify.py` judges a workflow, one kind of rule in each module."""

"""What AWS invokes: one folder for each Lambda function."""

from functions import prepared

# Before any value of Casetree is imported: a function is imported through this package.
prepared.use()

"""What AWS invokes: one folder for each Lambda function."""

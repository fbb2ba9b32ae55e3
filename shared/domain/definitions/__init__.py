"""What a workflow file says, as frozen values, and its compiled form."""

"""What there is: cases, tasks, people, what a decision looks at, and the writes that it comes to."""

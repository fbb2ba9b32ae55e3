"""Parents and children: holds, counting, passing on, what follows, and cases that follow on each other."""

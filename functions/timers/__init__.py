"""What is due: every minute and every night."""

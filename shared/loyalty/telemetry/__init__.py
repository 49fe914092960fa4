"""What the log and the metrics say."""

"""Large requests: cut into chunks, sent, done by workers, gathered, undone; what a job is, is in `loyalty.job`."""

"""Large requests: cut into chunks, sent, done by workers, gathered, undone; a job is a `loyalty.domain.job.Job`."""

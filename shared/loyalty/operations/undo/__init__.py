"""Taking back what a job did."""

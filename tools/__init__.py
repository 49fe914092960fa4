"""What people run on their own machine: the local stack and its demo data."""

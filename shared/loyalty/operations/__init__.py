"""What the system does, free of HTTP and of any vendor: an operation takes items and returns one outcome each."""

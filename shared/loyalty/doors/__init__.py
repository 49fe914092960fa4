"""What functions are made of: each module leads from a request or a message to what is done about it."""

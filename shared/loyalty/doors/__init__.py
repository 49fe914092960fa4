"""What functions are made of: from a request or a message to what is done about it."""

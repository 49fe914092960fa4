"""What is stored, a module for each kind of item."""

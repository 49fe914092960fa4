"""Contracts, a folder for each vendor: from bytes to values, and back."""

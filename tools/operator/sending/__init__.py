"""Bulk work from a file, through the API: cut into requests, carried on after an interruption, its failures kept."""

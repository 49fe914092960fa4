"""Registering members."""

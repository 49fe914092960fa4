"""Importing customers."""

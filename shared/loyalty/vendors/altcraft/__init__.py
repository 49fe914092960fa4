"""Altcraft: registrations."""

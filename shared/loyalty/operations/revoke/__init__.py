"""Revoking what was earned."""

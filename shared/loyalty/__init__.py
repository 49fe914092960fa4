"""Bulk loyalty operations behind the HTTP contracts of several vendors."""

__version__ = "0.1.0"

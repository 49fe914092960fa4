"""Issuing promotions."""

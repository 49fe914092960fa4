"""Customers who are erased."""

"""The API 1.5: imports of customers."""

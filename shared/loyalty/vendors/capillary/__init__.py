"""Capillary: promotions, and access tokens for them."""

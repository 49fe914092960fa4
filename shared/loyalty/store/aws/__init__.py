"""AWS services as functions call them."""

"""Mutation testing of the core with mutmut, in a copy: all changes that it makes, or a sample of them."""

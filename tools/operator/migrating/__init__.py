"""Moving in: customers, memberships and balances of another system, straight into the tables.

A file may be given again at any time, also after an interruption: what is there already is met, not made twice.
"""

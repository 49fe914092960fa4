"""Calls to the address that an account named for them: where they may go, how they are signed, when they come again."""

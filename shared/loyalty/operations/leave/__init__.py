"""Members who leave a program."""

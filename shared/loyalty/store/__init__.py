"""The tables, one module for each kind of thing in them; `dynamodb` is the only door to AWS."""

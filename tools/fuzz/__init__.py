"""Contract fuzzing over the local stack: whatever is sent, the answer is one that the description allows, never a 5xx.

schemathesis makes requests from the OpenAPI document, and `mutations` breaks the samples of events/ byte by byte.
"""

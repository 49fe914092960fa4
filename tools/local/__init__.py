"""The local stack: the same template on an AWS emulator, behind a front at the paths of a deployed API.

`python -m tools.local` runs it (see the Makefile); `tools.local.stack.LocalStack` is the same for tests.
"""

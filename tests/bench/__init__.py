"""The benchmark: this project's speed and price, side by side with what they are held against, in one run.

`python -m tests.bench` prints the table and writes it to build/ (see the Makefile). References are measured in
the same run, in rounds that take turns, so that every figure is a ratio and the machine matters little.
"""

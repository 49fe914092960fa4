"""`loyalty smoke`: whether a deployed system does what it is for, asked of the system itself, in three minutes.

A check is a function that takes the scene and gives a line about what it saw; one that sees something wrong raises.
"""

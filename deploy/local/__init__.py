"""Runs the whole platform on one machine without containers: `make up` and its fellows.

Standard library only: the package runs before anything is installed.
"""

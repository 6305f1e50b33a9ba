"""Figures, side by side with what a user would write without this project. Not part of the checks."""

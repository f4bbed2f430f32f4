"""Turns settings into components' arguments: a module for each area of the stack file, a function for each component.

The components know no stack and no phase; the settings know no component. What one becomes in the other stands here.
"""

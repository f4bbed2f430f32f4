"""Turns settings into the components' arguments: one function for each component, nothing else.

The components know no stack and no phase; the settings know no component. What one becomes in the other stands here.
"""

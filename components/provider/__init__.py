"""The components for every language of Pulumi: a provider that constructs them, and its schema.

Nothing is declared twice: both are derived from the `Args` classes and the annotations of the components.
"""

"""Properties that must not become weaker in silence: a row for each, by the system that has them.

`model` is what a row is, `ways` how two values compare, `rows` all of them. Rows of one system stand in its folder;
those about one subject in several systems stand here.
"""

"""What travels with the components into every project that uses them: vendors' facts and the edge-rule language.

A name of its own, because the wheel holds it beside a user's packages. Both rooms are leaves: nothing of ours, no SDK.
"""

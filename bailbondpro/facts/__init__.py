"""What vendors publish and more than one room needs: one module for each subject, every value with source and date.

Above each value's own words stand the document and the day on which it was read: "(Amazon RDS API reference,
CreateDBInstance; read 2026-11-29)". "unverified" instead of "read" marks what nobody has looked up since.
This room imports none of the others. The sandbox keeps numbers of its own, so that it can contradict these; it shares
the parser of windows.
"""

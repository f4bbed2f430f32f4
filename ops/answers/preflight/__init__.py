"""What a real account must know, allow and have free before a stack's update: everything that a rehearsal cannot know.

Each area gives the questions that a plan's resources raise. Nothing is written, anywhere; what was not asked is never
called met.
"""

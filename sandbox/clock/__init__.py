"""Time in the simulated cloud: its clock, what waits for a window, and what happens when the clock is moved.

The clock stands still unless somebody moves it, and no result depends on the time of the day: see ADR 33.
"""

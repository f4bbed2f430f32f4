"""Answers before money is spent, from plans and numbers alone: pure Python."""

"""Rules over planned resources: pure functions that the journey, the report and the tests share."""

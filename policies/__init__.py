"""Rules over planned resources: pure functions that unit tests, the gate and a Pulumi policy pack share."""

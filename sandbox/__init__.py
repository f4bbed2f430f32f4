"""The simulated cloud: finds or builds the engine, serves the providers, keeps the state, injects faults."""

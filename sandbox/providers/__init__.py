"""The simulated providers: the engine talks to them as to real ones, and they answer as the services' rows say."""

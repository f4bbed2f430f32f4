"""The application and its services: Deployments, environment, connection secrets, cache warm-up."""

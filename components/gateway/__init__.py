"""The API gateway: a typed nginx configuration, its rendering, and the Deployment that runs it."""

"""Real keys for rehearsals, in the forms of the tls provider."""

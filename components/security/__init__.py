"""Keys, credentials, certificates and IAM documents."""

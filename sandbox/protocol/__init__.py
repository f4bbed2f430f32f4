"""Values and types as the Pulumi engine sends them: on the wire, in schemas, and what differs between two of them."""

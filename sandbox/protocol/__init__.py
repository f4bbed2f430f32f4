"""The provider protocol: servers, schemas, values on the wire, and what differs between two of them."""

"""Which shard holds a client, and how clients move between shards."""

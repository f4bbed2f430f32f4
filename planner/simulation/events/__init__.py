"""What happens in the middle of a run: a deployment, and the loss of zones, nodes, pods, databases and cache shards."""

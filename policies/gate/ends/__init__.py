"""What ends and may: a generation behind the next one, a reader of the cluster, what another takes the place of."""

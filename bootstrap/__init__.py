"""What must exist before the platform's first update: a second, small Pulumi program."""

"""What a cost report says beside its sums: where past bills go, and what could go from the stack."""

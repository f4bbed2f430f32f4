"""What is known of every type, rows or not: names, ids, outputs and replacement, from schemas and public facts."""

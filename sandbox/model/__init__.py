"""What every simulated service is described with: rows, rules, references, names; nothing of any one service."""

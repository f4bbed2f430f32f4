"""What a plan costs a month: charges, prices, assumptions about usage, budget, savings."""

"""The proof that nothing personal is stored: `leaks` tries what `corpus` and the policy have, under every reading."""

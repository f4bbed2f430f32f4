"""The price book against AWS's public price list."""

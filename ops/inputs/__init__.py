"""What commands are given: stack files, and small documents of users."""

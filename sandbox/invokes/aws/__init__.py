"""What AWS answers without looking at any object of the account."""

"""One module for each kind of thing to watch: what one is, its alarms, its panels. `..catalog` lists them."""

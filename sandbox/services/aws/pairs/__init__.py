"""Rules of AWS about two objects that do not fit each other, where they hold for more than one service."""

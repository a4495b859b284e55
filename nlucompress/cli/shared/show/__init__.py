"""What the terminal and the pages show."""

"""What a user calls: a function for each command, over the stages."""

"""inspect: what a file holds, where its bytes go, and what is wrong with it."""

"""search: the cheapest student of a large model that still finds the answers."""

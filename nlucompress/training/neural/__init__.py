"""Neural networks in torch. Nothing outside imports this before it trains."""

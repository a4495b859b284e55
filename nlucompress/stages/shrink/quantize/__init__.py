"""quantize: float weights to codes; what rounds to zero is dropped."""

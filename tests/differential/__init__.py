"""Foreign tools train small models; ours must give their answers, before and after packing."""

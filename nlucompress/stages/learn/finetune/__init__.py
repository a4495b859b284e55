"""finetune: a compressed or older model trained on, one file per kind of model."""

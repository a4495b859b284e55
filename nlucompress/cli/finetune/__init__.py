"""`nlucompress finetune`: the command and its options."""

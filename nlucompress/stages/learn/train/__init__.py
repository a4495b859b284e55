"""train: labelled data to a model, one file per kind of model."""

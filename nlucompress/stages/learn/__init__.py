"""Stages that train, or train on."""

"""Losses, schedules and training loops; the one room that may import torch."""

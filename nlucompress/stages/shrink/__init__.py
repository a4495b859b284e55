"""Stages that make a model small."""

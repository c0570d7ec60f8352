"""Measuring generated motion: recognisers, FID, accuracy, diversity, multimodality, physics."""

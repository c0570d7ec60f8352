"""ACTOR: the network, its losses, its files, and what can be done with its latent space.

Import the modules themselves: importing this package alone stays free of torch.
"""

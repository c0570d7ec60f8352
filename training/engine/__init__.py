"""The loop that trains ACTOR: one for one device and for many.

Everything drawn at random follows from (seed, epoch) or (seed, step), never from what was drawn
before, so a training that was killed goes on exactly where it was, and the number of devices does
not change which windows and latents it sees.
"""

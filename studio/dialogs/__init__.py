"""Dialogs: export, model files. They ask and show; the work is done in ``studio.services``."""

"""Migration: a case, with all its tasks, goes by another version of its workflow from one moment on."""

"""The performance tuner (scaling guide, Vertical Scaling): one module for each server, sizes in, settings out. Pure."""

"""Nodes of a drill: as a cloud's node groups make them, and added and removed as a node autoscaler would."""

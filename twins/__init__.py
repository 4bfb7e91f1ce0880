"""Twins: the site's declaration, and the HTS, IESS and DHS twins that compose the layers."""

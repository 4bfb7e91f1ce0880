"""Many meters at once: their registers judged, shared out on a grid, completed by estimates."""

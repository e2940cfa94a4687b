"""Where models live, one file each."""

"""Where rows begin."""

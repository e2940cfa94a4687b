"""Everything at rest: database, call store, version store, files, migrations."""

"""Floor 2: YAML files become contents, typed records and findings. The only importer of yaml."""

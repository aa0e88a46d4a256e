"""What the converters of all kinds of packs share. Their folders are no packages: see `common_path.py` in each."""

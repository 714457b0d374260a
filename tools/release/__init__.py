"""Tools of a release: the bill of materials, the audit of dependencies, the digests of images."""

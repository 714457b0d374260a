"""Tools that make documents and manifests, and check the words of the product."""

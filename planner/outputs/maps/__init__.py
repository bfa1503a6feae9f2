"""The one-file map: opens from disk, with no network and without WebGL."""

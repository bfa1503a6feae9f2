"""Problems from plain arrays, read and checked before anything is solved."""

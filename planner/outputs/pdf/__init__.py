"""The report for printing: a summary, and a page for each territory."""

"""Writes what people and systems take away: the plan's folder, map, report, workbook."""

"""Arrays in, estimates out. Pure: no clock, no file, no database; the only home of numpy beside the report."""

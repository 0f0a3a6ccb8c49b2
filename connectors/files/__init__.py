"""Files as sources: csv, tsv, xlsx and jsonl, read as a stream.

Rows are numbered as the department sees them: by data record in csv and tsv (header not counted), by line in jsonl, by
sheet row in xlsx. Blank rows and trailing notes are skipped but keep their numbers.
"""

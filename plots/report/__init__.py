"""The report: one HTML file with every answer, that opens without a network.

A block is a query (`queries/<block>.sql`), what it says (`report.yml`) and, where
it has a picture, a Vega-Lite specification (`charts/<block>.json`). `page.py` asks
each query once and fills `template.html`; `report.js` draws, sorts and filters.
"""

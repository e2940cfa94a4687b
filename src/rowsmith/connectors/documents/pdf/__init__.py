"""The layout of a page of PDF, from the places of its letters: its lines, columns, paragraphs, headings, lists and tables.

    pieces.py      runs of letters on one line, and right-to-left ones put in order
    rulings.py     tables that are drawn with lines
    reading.py     the order in which people read a page: header, columns, footer
    blocks.py      lines as paragraphs, headings, lists and tables
    page.py        a page as Markdown
"""

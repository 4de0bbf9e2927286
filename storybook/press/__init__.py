"""Pages for print and screen: type, layout, pictures and preflight; it is given words and pictures,
and knows no book.
"""

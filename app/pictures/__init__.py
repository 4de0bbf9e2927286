"""Pictures that the studio shows before there is a book; `python -m app.pictures` draws them."""

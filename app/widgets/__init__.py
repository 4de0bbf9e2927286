"""Parts that several pages of the studio share; they know no page."""

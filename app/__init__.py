"""The studio in the browser: it reads folders and starts commands, and no model is loaded in it."""

"""The studio in the browser. It reads folders and starts commands; no model is loaded in it."""

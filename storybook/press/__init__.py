"""What `bind` uses: formats, fonts, typesetting, layout, drawing and preflight."""

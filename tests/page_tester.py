"""Streamlit's tester of pages; it looks through all that is installed once, not for each page."""

from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest as AppTest

# A server does so when it starts, the tester whenever a page is opened: half a second each time.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

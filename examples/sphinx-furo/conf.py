project = "Lantern"
html_theme = "furo"
exclude_patterns = ["_build"]
html_js_files = [("http://localhost:5001/embed", {"async": "async"})]

"""The JSON API behind Studio's pages: view-sized answers for one browser, not a public surface."""

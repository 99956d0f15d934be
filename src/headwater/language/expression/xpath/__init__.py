"""XPath 1.0 over XML text, for the `xpath` function: the whole expression language, without variables and prefixes."""

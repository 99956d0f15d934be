"""The pipeline expression language: `@concat('a', pipeline().parameters.b)` and `text @{…} text`."""

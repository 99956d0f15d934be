"""The data flow script: `source(output(a as string)) ~> s  s derive(b = upper(a)) ~> d …`."""

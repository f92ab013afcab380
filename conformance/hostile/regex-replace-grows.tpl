{{/* expect: regexReplaceAll */}}x: {{ regexReplaceAll "" (repeat 10000000 "a") (repeat 1000 "b") | len }}

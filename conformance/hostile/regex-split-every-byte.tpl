{{/* expect: regexSplit */}}x: {{ regexSplit "" (repeat 60000000 "a") -1 | len }}

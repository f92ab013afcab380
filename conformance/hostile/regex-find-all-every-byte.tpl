{{/* expect: regexFindAll */}}x: {{ regexFindAll "a" (repeat 60000000 "a") -1 | len }}

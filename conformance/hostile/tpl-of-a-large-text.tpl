{{/* expect: nodes */}}x: {{ tpl (repeat 5000000 "{{ . }}") 1 | len }}

{{/* expect: tpl is nested more than 500 deep */}}{{ define "a" }}{{ tpl "{{ include \"a\" . }}" . }}{{ end }}x: {{ include "a" . }}

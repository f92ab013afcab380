{{/* expect: nested reference name */}}{{ define "a" }}{{ include "a" . }}{{ end }}x: {{ include "a" . }}

{{/* expect: - */}}x: {{ .Capabilities | toString | quote }}
y: {{ printf "%v" .Capabilities | quote }}
{{- define "bare" }}{{ .Capabilities }}{{ end }}
z: {{ include "bare" . | quote }}
